"""How everything looks: colours, fonts, icons, words and numbers."""
