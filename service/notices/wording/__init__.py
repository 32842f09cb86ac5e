"""What the words of a notice say: headings and topics, names and addresses, legal bases, periods; in Finnish, Swedish and English."""
