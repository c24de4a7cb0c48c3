"""The log moves out and in with the whole journal."""
