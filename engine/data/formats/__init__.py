"""What kinds of files hold, read into arrays; numpy is loaded with most of them."""
