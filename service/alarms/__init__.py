"""From the button to a person at the door: how alarms are heard."""
