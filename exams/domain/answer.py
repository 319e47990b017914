"""Per question kind: the shape of a given answer and its limits (pure)."""

from enum import StrEnum


class QuestionKind(StrEnum):
    """The kinds of question the engine asks."""

    BOOL = "bool"
    CHAR = "char"
    CHOICE = "choice"
    DATE = "date"
    DATETIME = "datetime"
    DECIMAL = "decimal"
    FLOAT = "float"
    INT = "int"
    RATING = "rating"
    TEXT = "text"
    TIME = "time"
    FILE = "file"
    MATCHING = "matching"
    INFO = "info"
