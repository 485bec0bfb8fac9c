"""From facts and running replies to frames on a wire: sessions, the hub, and the drafts a crash leaves behind."""
