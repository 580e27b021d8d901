"""Grades: which of the app's numbers find a lie, on puppets of which it is known."""

from ui.shell import require_frame

require_frame()

from ui.grades import lead, not_graded, pick_grades, picture, table

grades = pick_grades()
if grades is not None:
    lead(grades)
    picture(grades)
    table(grades)
    not_graded()
