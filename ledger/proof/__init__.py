"""The proof room: leaves, the Merkle log, checkpoints, what they prove. Bytes in, bytes out; standard library only."""
