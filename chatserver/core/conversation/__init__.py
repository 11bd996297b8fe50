"""The rules of one conversation: its commands, its events and the state they lead to."""
