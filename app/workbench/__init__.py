"""What the commands do: one class per concern, between the workspace, the jobs and the views."""
