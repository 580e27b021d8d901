"""What a language model is asked about a sticker, and the form of its answer.

Source: the roles of the four views are those of the paper's figure.
Departs: the paper's own prompts are not published; these are in our words.
"""

import hashlib
import json
from typing import Any

from mer_core.types import View

QUESTIONS: dict[View, str] = {
    View.INTENTION: "What does somebody who sends this sticker in a chat want to tell the other?",
    View.STYLE: "How is it made: drawing or photograph, lines, colours, lettering?",
    View.ROLE: "Who or what is the main figure, and what does it look like or hold?",
    View.POSTURE: "What does the figure do with its body, and what does its face show?",
}

LONGEST = 400
"""Most characters of a sentence; the page's fields hold as many."""

SIDE = 768
"""Longer side of the picture that is sent, in pixels; smaller ones stay as they are."""

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        str(view): {"type": ["string", "null"], "description": question}
        for view, question in QUESTIONS.items()
    },
    "required": [str(view) for view in QUESTIONS],
    "additionalProperties": False,
}
"""JSON schema of an answer. Lengths are checked afterwards: not every server knows them."""

PROMPT = (
    "This picture is a sticker that people send in chats. Answer four questions about it.\n"
    + "\n".join(f"- {view}: {question}" for view, question in QUESTIONS.items())
    + "\nAnswer with one JSON object and nothing else. Its keys are "
    + ", ".join(f'"{view}"' for view in QUESTIONS)
    + ". Each value is one plain English sentence of at most 30 words, "
    "or null where the picture does not let you tell."
)

REPAIR = (
    "That could not be read. Say the same again as one JSON object with the keys "
    + ", ".join(f'"{view}"' for view in QUESTIONS)
    + ": only the object, no other words, each value a string or null."
)

VERSION = hashlib.sha256(json.dumps([PROMPT, REPAIR, SCHEMA, LONGEST, SIDE]).encode()).hexdigest()[
    :12
]
"""Changes with anything above, so that kept answers to other questions are never taken."""
