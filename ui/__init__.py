"""Everything of the app that several pages share. With pages/, the only code that draws."""
