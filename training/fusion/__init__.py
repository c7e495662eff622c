"""The fused tabular + text model: encoder, head, pre-training, fine-tuning, export. See training/README.md."""
