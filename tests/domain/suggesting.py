"""Two texts to find claims in, and what was found in short."""

from __future__ import annotations

from typing import Any

from domain.suggestions import suggest
from domain.values import Count

TOKMANNI = """\
Tokmannin palveluntarjoajan virhe koskettaa kaikkiaan noin 400\N{NO-BREAK SPACE}000 kauppaketjun
asiakkaan sähköpostiosoitetta, mutta vahinko voi olla tätä laajempi.

Tokmanni sanoo viestissään, että ”henkilötietosi ovat turvassa”. Heti perään sanotaan kuitenkin,
että etunimi ja/tai sähköpostiosoite ovat saattaneet päätyä väärälle henkilölle.

- Halusimme korostaa viestissä, että kyseessä on nimi ja/tai sähköpostiosoite, ei rekisterin
henkilötiedot, kuten katuosoite, tilitieto tai verkkokaupan ostotiedot. Kukaan ei ole saanut
tietoonsa asiakasrekisteriä kokonaisuudessaan.

- Kyse on järjestelmästä, ei asiakasrekisteristämme. Siellä asiakastiedot ovat turvassa. Vika on
paikannettu ja korjattu. Sen ei pitäisi toistua. Vahinko koskee kaikkiaan noin 400 000 Tokmannin
asiakasta.
"""
JOKER = """\
Zoopit har varslet om at personopplysninger som navn, adresse, telefon, e-post og
utleveringstidspunkt kan ha kommet på avveie. Foreløpig er det ingenting som tyder på at
uvedkommende har, eller har hatt, tilgang til Zoopits operative systemer. Sikkerhetshullet som har
forårsaket dette var allerede lukket før lekkasjen ble kjent.

I hovedsak er innholdet ikke-sensitive kontaktdetaljer (navn, telefon, e-post og leveringsadresse)
for kunder som har mottatt leveranser samt sjåførinformasjon med tidsbestemte gps-data. Dataene
inkluderer ikke kredittkortinformasjon, varekjøpsdata eller øvrige personalia.

Vi presiserer at det ikke handler om følsomme personopplysninger, for eksempel er det ingen
opplysninger om betalingskort, identifikasjon eller innhold i netthandelsordre. Vi kan likevel ikke
utelukke at opplysninger på avveie kan forsøkes misbrukt i henvendelser i e-post eller SMS.
"""


def told(text: str, *only: str) -> list[tuple[str, str | None]]:
    return [(one.about, one.holds) for one in suggest(text, only or None)]


def listed(text: str, *only: str) -> list[tuple[str | None, set[str], set[str]]]:
    found = [(one.holds, one.data) for one in suggest(text, only or None) if one.data]
    return [(holds, set(data.present), set(data.absent)) for holds, data in found]


def counted(text: str) -> list[Any]:
    found = [one.value for one in suggest(text) if one.about == "number_of_people"]
    return [value.model_dump() for value in found if isinstance(value, Count)]


def words(text: str, about: str) -> list[str]:
    return [" ".join(one.words.split()) for one in suggest(text) if one.about == about]
