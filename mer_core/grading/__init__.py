"""Which numbers find a lie? Every probe, graded on puppets of which it is known what lies.

`mer grade` writes the grades beside the weights, pages read them. `WHAT` names what is graded.
"""

from mer_core.grading.base import (
    Grade,
    Grades,
    Score,
    grade_of,
    grade_sentence,
    grades_path,
    load_grades,
    save_grades,
)
from mer_core.grading.names import (
    CONTROLS,
    QUESTIONS,
    REFERENCES,
    SHORT,
    WHAT,
    graded_question,
)

__all__ = [
    "CONTROLS",
    "QUESTIONS",
    "REFERENCES",
    "SHORT",
    "WHAT",
    "Grade",
    "Grades",
    "Score",
    "grade_of",
    "grade_sentence",
    "graded_question",
    "grades_path",
    "load_grades",
    "save_grades",
]
