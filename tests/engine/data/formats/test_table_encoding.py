"""The encoding of a small table is told by what fits; what cannot be read is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.data.errors import DataError
from engine.data.formats.table.likeliest import likeliest
from engine.data.formats.table.records import records_of
from engine.data.options.table import Table
from engine.data.progress import result_of

TABLES = {
    "gb18030": ["房间数,城市,价格\n5,北京,595.2\n2,上海,773.3\n", "编号,姓名,性别,成绩\n1,张伟,男,85\n2,李娜,女,92\n",
                "户型,面积,总价\n三室两厅,120,350\n两室一厅,88,260\n", "x,label\n1,是\n2,否\n3,未知\n"],
    "big5": ["房間數,城市,價格\n5,台北,595.2\n2,高雄,773.3\n", "編號,姓名,性別\n1,陳怡君,女\n2,林志明,男\n",
             "顏色,形狀,標籤\n紅,圓,蘋果\n黃,長,香蕉\n"],
    "cp932": ["都市,価格,種類\n東京,12.5,甲\n大阪,13.5,乙\n", "名前,年齢,性別\n田中さん,25,男\n鈴木さん,30,女\n",
              "商品,値段\nりんご,100\nバナナ,120\n"],
    "cp949": ["도시,가격,종류\n서울,12.5,갑\n부산,13.5,을\n", "이름,나이,성별\n김민수,25,남\n이영희,30,여\n"],
    "euc_jp": ["商品,値段\nりんご,100\nみかん,80\nバナナ,120\n"],
    "cp1251": ["город,цена,тип\nМосква,12.5,а\nСанкт-Петербург,13.5,б\n", "x,имя\n1,Иван\n2,Мария\n"],
    "koi8_r": ["город,цена,тип\nМосква,12.5,а\nТула,13.5,б\n"],
    "cp1252": ["Größe,Stadt,Preis\n1,Köln,2.5\n3,Zürich,5\n", "prénom,âge\nRené,25\nZoé,30\n", "name,price\nCafé,€12\n",
               "ciudad,precio\nMálaga,12\nCoruña,9\n", "x,note\n1,it’s – fine\n2,“quoted”\n"],
    "cp1250": ["miasto,cena\nŁódź,12.5\nKraków,13\nGdańsk,11\n", "město,cena\nPlzeň,12\nDěčín,8\n"],
    "cp1253": ["πόλη,τιμή\nΑθήνα,12\nΠάτρα,8\n"], "cp1254": ["şehir,fiyat\nİstanbul,12\nMuğla,7\n"],
    "cp1255": ["עיר,מחיר\nירושלים,12\nחיפה,9\n"], "cp1256": ["مدينة,سعر\nالقاهرة,12\nدبي,9\n"],
}  # fmt: skip
CASES = [(encoding, text) for encoding, texts in TABLES.items() for text in texts]


def read(path: Path, raw: bytes) -> tuple[tuple[str, ...], list[list[str]], list[str]]:
    path.write_bytes(raw)
    records = result_of(records_of(path, Table(header="yes")))
    return records.names, [list(row) for row in records.head], [str(note) for note in records.notes]


@pytest.mark.parametrize(("encoding", "text"), CASES)
def test_letters_are_what_they_were(encoding: str, text: str, tmp_path: Path) -> None:
    header, *rows = (line.split(",") for line in text.splitlines())
    names, found, notes = read(tmp_path / "a.csv", text.encode(encoding))
    assert (list(names), found) == (header, rows)
    assert len(notes) == 1 and notes[0].startswith("The file is not UTF-8: it was read as ")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_is_never_guessed(encoding: str, tmp_path: Path) -> None:
    text = "Größe,城市\n" + "1,Zürich and its lake\n" * 9
    names, rows, notes = read(tmp_path / "a.csv", text.encode(encoding))
    assert names == ("Größe", "城市") and rows[8] == ["1", "Zürich and its lake"] and not notes


@pytest.mark.parametrize("place", [0, 70_000, 2_500_000])
def test_what_is_not_ascii_is_found_wherever_it_stands(place: int, tmp_path: Path) -> None:
    line = b"1.5,2.5,abc\n"
    raw = b"x,y,z\n" + line * (place // len(line)) + "1,2,Köln\n".encode("cp1252") + line * 100
    (tmp_path / "a.csv").write_bytes(raw)
    records = result_of(records_of(tmp_path / "a.csv", Table()))
    assert records.encoding == "cp1252" and "Köln" in records.columns[2].texts


def test_a_few_broken_letters_do_not_make_it_another_encoding(tmp_path: Path) -> None:
    raw = ("城市,价格\n" + "北京,12.5\n上海,13.5\n" * 20).encode() + b"\xff\xfe,7\n"
    _, rows, notes = read(tmp_path / "a.csv", raw)
    assert rows[0] == ["北京", "12.5"]
    assert notes == ["The file is UTF-8, but for 2 letters that cannot be read: they are shown as �"]


def test_what_is_in_no_encoding_all_through_is_said(tmp_path: Path) -> None:
    raw = "x,город\n".encode("cp1251") + "1,Москва и область\n".encode("cp1251") * 5000 + b"1,\x98\x98\n"
    (tmp_path / "a.csv").write_bytes(raw)
    with pytest.raises(DataError, match="is not cp1251 all through: save it as UTF-8"):
        result_of(records_of(tmp_path / "a.csv", Table()))


def test_any_bytes_have_some_encoding() -> None:
    for raw in (b"\xff", bytes(range(128, 256)), b"\x81\x8d\x8f\x90\x9d", b"a\x81b\n"):
        assert len(raw.decode(likeliest(raw))) >= len(raw) / 2


SIGNS = "£\u00a0–—°²³½±µ€§©®™•…·º×"
ROWS = ("{n},{sign}{n}", "{n},{n}{sign}", "{n},{n}{sign}000", "{n},{n} {sign} 7", "{n},({sign})", "{n},a {sign} b",
        "{n},{sign}")
SIGNED = [(sign, row, count) for place, sign in enumerate(SIGNS) for turn, row in enumerate(ROWS)
          for count in (1, 60, 3000) if count < 3000 or turn == place % len(ROWS)]  # a long one of each, in turns


@pytest.mark.parametrize(("sign", "row", "count"), SIGNED)
def test_signs_of_western_tables_are_no_letters_of_others(sign: str, row: str, count: int) -> None:
    text = "id,price\n" + "".join(row.format(n=n, sign=sign) + "\n" for n in range(count))
    raw = text.encode("cp1252")
    assert raw.decode(likeliest(raw)) == text


@pytest.mark.parametrize("word", ["cité", "Größe", "prénom", "año", "naïve"])
def test_a_single_word_beside_many_signs_is_western(word: str) -> None:
    text = f"{word};prix\n" + "".join(f"x{n % 3};{n}\u00a0{n:03},50\n" for n in range(300))
    assert text.encode("cp1252").decode(likeliest(text.encode("cp1252"))) == text
