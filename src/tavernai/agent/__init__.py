"""Tasks and replies: what a person asked becomes a task, a task becomes a reply, and every step is a fact."""
