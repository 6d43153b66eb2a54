"""What the cluster's tests share: an S3 endpoint of this machine, and a small Ray cluster."""

import os
import subprocess
import sys
import time
import urllib.request

import pytest

WORKERS = 2


@pytest.fixture(scope="session")
def bucket():
    """Return the URL of a bucket on a real S3 endpoint that runs in a process of its own."""
    import s3fs

    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-p", "5777"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.environ |= {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:5777",
        "AWS_ACCESS_KEY_ID": "me",
        "AWS_SECRET_ACCESS_KEY": "mine",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    while True:
        assert server.poll() is None
        try:
            urllib.request.urlopen("http://127.0.0.1:5777/moto-api/").close()
            break
        except OSError:
            time.sleep(0.1)
    s3fs.S3FileSystem().mkdir("wirework")
    yield "s3://wirework"
    server.kill()
    server.wait()


@pytest.fixture(scope="session")
def cluster(bucket):
    """Start a Ray cluster of two worker processes, which know the endpoint; return the ray module."""
    import ray

    ray.init(num_cpus=WORKERS, include_dashboard=False, log_to_driver=False)
    yield ray
    ray.shutdown()
