"""The proof room: leaves, the Merkle log, and (later) checkpoints. Bytes in, bytes out; standard library only."""
