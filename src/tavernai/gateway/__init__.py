"""Gateway: the OpenAI-style door to models ("Core" to people), and the connections it reaches them by."""
