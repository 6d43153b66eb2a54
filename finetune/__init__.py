"""Teaching a model on the published traces, and judging honestly what it learned."""
