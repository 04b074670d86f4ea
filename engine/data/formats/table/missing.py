"""Words that say that nothing is known."""

MISSING = frozenset({"", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NAN", "-nan", "null", "NULL", "Null", "<NA>",
                     "?"})
MISSING_NUMBER = MISSING | {  # in a column of numbers these say the same
    "None", "none", "NONE", "-", "--", "---", "–", "—", ".", "..", "...", "…", "na", "NaT", "\\N", "-nan(ind)",
    "1.#QNAN", "1.#IND", "''", '""', "'NA'", "'?'",
}  # fmt: skip
_WORDS = frozenset({"unknown", "missing", "n.a.", "nil", "nr", "nd", "n/d", "k.a.", "not available", "not known", "*",
                    "tba", "tbd", "#div/0!", "#value!", "#ref!", "#num!", "#name?", "#null!", "無", "无", "未知",
                    "不詳", "不详", "不明", "暂无", "нет данных", "unbekannt", "inconnu", "desconocido"})  # fmt: skip


def says_unknown(text: str) -> bool:
    """Whether it is a word that in a column of numbers stands for one that is missing, however many there are."""
    return text.casefold() in _WORDS
