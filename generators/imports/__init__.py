"""Problems that people wrote, made into verified traces without any language model: GSM-8K and SVAMP."""
