"""The fictional insurers of the sample. No company bears these names; tests hold a list of the real ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

PROPERTY_LINES = ("motor", "property", "accident", "health")
LIFE_LINES = ("life", "health", "accident")

LICENCE_NAMES = {
    "property": ("财产保险股份有限公司", "财险", "Property Insurance"),
    "life": ("人寿保险股份有限公司", "人寿", "Life Insurance"),
}


@dataclass(frozen=True)
class Insurer:
    """One insurer.

    responses, claims: aims per quarter. complaints: regulator complaints of an ordinary quarter, which sets
    the insured persons. line_shares: shares of insured persons, adding up to 1.
    """

    number: int
    brand_zh: str
    brand_en: str
    licence: str
    opened_on: date
    responses: int
    claims: int
    complaints: float
    line_shares: dict[str, float]
    is_small: bool = False

    @property
    def insurer_id(self) -> str:
        return f"{self.brand_en.lower()}_{self.licence}"

    @property
    def name_zh(self) -> str:
        return self.brand_zh + LICENCE_NAMES[self.licence][0]

    @property
    def name_en(self) -> str:
        return f"{self.brand_en} {LICENCE_NAMES[self.licence][2]}"

    @property
    def short_zh(self) -> str:
        return self.brand_zh + LICENCE_NAMES[self.licence][1]

    @property
    def aliases(self) -> tuple[str, ...]:
        """Spellings of the insurer as merchant on third-party platforms."""
        return (
            self.name_zh,
            self.short_zh,
            f"{self.brand_zh}保险",
            f"{self.short_zh}官方旗舰店",
            f"{self.brand_zh}保险App",
        )

    @property
    def volume(self) -> float:
        """Size of its row tables relative to a large insurer."""
        return 1.0 if not self.is_small else self.responses / 440


def _shares(lines: tuple[str, ...], *shares: float) -> dict[str, float]:
    return dict(zip(lines, shares, strict=True))


# Large insurers first, licences mixed, so that the first few make a small sample of both kinds.
_LARGE = (
    ("霁岚", "Jilan", "property", 2007, 463, 190, 70, (0.42, 0.14, 0.20, 0.24)),
    ("砚溪", "Yanxi", "life", 2009, 448, 170, 55, (0.45, 0.35, 0.20)),
    ("槐序", "Huaixu", "property", 2013, 468, 210, 95, (0.35, 0.20, 0.20, 0.25)),
    ("澹舟", "Danzhou", "property", 2005, 438, 205, 45, (0.50, 0.15, 0.15, 0.20)),
    ("栩原", "Xuyuan", "life", 2011, 458, 165, 35, (0.50, 0.30, 0.20)),
    ("蓼汀", "Liaoting", "property", 2010, 448, 195, 120, (0.30, 0.25, 0.20, 0.25)),
    ("沅芷", "Yuanzhi", "life", 2006, 473, 180, 90, (0.40, 0.40, 0.20)),
    ("珩屿", "Hengyu", "property", 2014, 443, 185, 32, (0.38, 0.17, 0.25, 0.20)),
    ("皎汐", "Jiaoxi", "life", 2012, 453, 170, 60, (0.48, 0.27, 0.25)),
    ("篁野", "Huangye", "property", 2008, 478, 200, 95, (0.45, 0.20, 0.15, 0.20)),
    ("樾荫", "Yueyin", "property", 2016, 458, 180, 30, (0.33, 0.17, 0.25, 0.25)),
    ("岑霭", "Cenai", "life", 2015, 443, 160, 34, (0.42, 0.38, 0.20)),
    ("翎川", "Lingchuan", "property", 2004, 468, 215, 110, (0.52, 0.13, 0.15, 0.20)),
    ("蘅皋", "Henggao", "property", 2017, 448, 175, 40, (0.28, 0.22, 0.25, 0.25)),
    ("桐岫", "Tongxiu", "life", 2010, 458, 170, 75, (0.50, 0.32, 0.18)),
    ("鹭浔", "Luxun", "property", 2012, 453, 190, 65, (0.40, 0.20, 0.20, 0.20)),
    ("蔚笙", "Weisheng", "life", 2018, 468, 165, 30, (0.38, 0.36, 0.26)),
    ("椿砚", "Chunyan", "property", 2011, 463, 185, 50, (0.36, 0.19, 0.22, 0.23)),
    ("檀溯", "Tansu", "life", 2008, 438, 175, 100, (0.46, 0.34, 0.20)),
    ("璟沙", "Jingsha", "property", 2015, 458, 195, 80, (0.44, 0.16, 0.18, 0.22)),
)

# Small on purpose: few answers and claims, one opened too lately, one with fewer than ten persons in cells.
_SMALL = (
    ("苔阶", "Taijie", "property", date(2016, 5, 12), 95, 40, 18, {"accident": 0.6, "health": 0.4}),
    ("绮檐", "Qiyan", "life", date(2024, 3, 18), 125, 70, 16, {"life": 0.55, "health": 0.45}),
    ("葭渡", "Jiadu", "property", date(2014, 9, 3), 45, 14, 14, {"property": 0.55, "accident": 0.45}),
    ("荻洲", "Dizhou", "life", date(2017, 11, 20), 75, 30, 17, {"health": 1.0}),
)


def all_insurers() -> tuple[Insurer, ...]:
    """Return the 20 large insurers, then the 4 small ones; `number` is the position."""
    large = [
        Insurer(
            number=number,
            brand_zh=brand_zh,
            brand_en=brand_en,
            licence=licence,
            opened_on=date(year, 3 + number % 9, 1 + number),
            responses=responses,
            claims=claims,
            complaints=float(complaints),
            line_shares=_shares(PROPERTY_LINES if licence == "property" else LIFE_LINES, *shares),
        )
        for number, (brand_zh, brand_en, licence, year, responses, claims, complaints, shares) in enumerate(
            _LARGE
        )
    ]
    small = [
        Insurer(
            len(large) + number,
            brand_zh,
            brand_en,
            licence,
            opened,
            responses,
            claims,
            float(complaints),
            shares,
            True,
        )
        for number, (brand_zh, brand_en, licence, opened, responses, claims, complaints, shares) in enumerate(
            _SMALL
        )
    ]
    return (*large, *small)
