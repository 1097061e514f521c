"""The scores that ENISA publishes, Annexes 1 to 3: there is no example of a whole score."""

from __future__ import annotations

# Annex 1, A3: case, category, points away from its base, score.
CONTEXTS = """
phones-of-a-supermarkets-customers       simple       0  1
phones-of-luxury-car-buyers              simple       1  2
phones-of-a-diabetes-pharmacys-customers simple       2  3
phones-of-undercover-police              simple       3  4
cvs-of-a-career-site                     simple       0  1
cvs-of-the-unemployed                    simple       1  2
cvs-of-a-gay-rights-institution          simple       2  3
cvs-of-recovering-addicts                simple       3  4
addresses-of-a-flower-shop               simple       0  1
addresses-of-an-investment-bank          simple       1  2
addresses-of-an-adult-book-shop          simple       2  3
addresses-of-persons-accused-of-abuse    simple       3  4
calls-to-a-helpdesk                      behavioural -1  1
calls-of-a-week                          behavioural  0  2
calls-of-a-year                          behavioural  1  3
calls-to-a-psychological-centre          behavioural  2  4
loyalty-points                           behavioural -1  1
purchases-of-a-month                     behavioural  0  2
travels-of-a-year                        behavioural  1  3
purchases-at-a-pharmacy                  behavioural  2  4
pictures-published-by-their-owner        behavioural -1  1
social-network-of-a-month                behavioural  0  2
social-network-of-a-year                 behavioural  1  3
personal-messages                        behavioural  2  4
letter-from-a-bank                       financial   -2  1
transactions-of-a-day                    financial   -1  2
balances-of-a-month                      financial    0  3
balances-and-transactions-of-a-year      financial    1  4
income-declaration-was-made              financial   -2  1
tax-percentage                           financial   -1  2
income-of-a-year                         financial    0  3
income-of-ten-years                      financial    1  4
cards-older-than-ten-years               financial   -2  1
partial-cards                            financial   -1  2
partial-cards-and-purchases-of-a-year    financial    0  3
full-cards                               financial    1  4
blood-test-taken                         sensitive   -3  1
blood-test-in-an-emergency-room          sensitive   -2  2
blood-test-for-a-disease                 sensitive   -1  3
blood-test-results                       sensitive    0  4
known-members-of-a-party                 sensitive   -3  1
guests-at-a-partys-charity-event         sensitive   -2  2
guests-at-a-partys-conference            sensitive   -1  3
opinions-in-a-closed-forum               sensitive    0  4
names-in-a-relationship-forum            sensitive   -3  1
names-at-a-dating-site                   sensitive   -2  2
names-at-a-specialised-dating-site       sensitive   -1  3
declared-sexual-orientation              sensitive    0  4
credentials-of-a-music-shop              simple       0  1
credentials-of-a-supermarket             behavioural  0  2
credentials-of-social-media              behavioural  1  3
credentials-of-the-tax-system            financial    0  3
credentials-of-online-banking            financial    1  4
credentials-of-a-sexual-community        sensitive    0  4
certificate-of-good-health               sensitive   -3  1
"""

# Annex 2: identifier, situation, score.
IDENTIFIED = """
name       common_in_country          0.25
name       rare_in_country            0.5
name       rare_in_small_city         0.75
name       with_birth_date_and_email  1
id_number  alone                      0.25
id_number  revealing_and_linked       0.75
id_number  with_reference_data        1
phone      unlisted_in_country        0.25
phone      unlisted_in_small_city     0.5
phone      listed                     1
address    unlisted_in_country        0.25
address    unlisted_in_small_city     0.5
address    listed                     1
email      revealing_nothing          0.25
email      primary                    0.75
email      primary_with_name          1
picture    vague                      0.25
picture    vague_with_context         0.5
picture    clear                      0.75
picture    clear_and_linked           1
code       unlinkable                 0.25
code       revealing_and_linked       0.75
code       with_reference_data        1
"""

# Annex 3: circumstance, how it was, score.
HAPPENED = """
confidentiality  exposed             0
confidentiality  known_recipients    0.25
confidentiality  unknown_recipients  0.5
integrity        unused              0
integrity        used_recoverable    0.25
integrity        used_lost           0.5
availability     easily_recovered    0
availability     temporary           0.25
availability     lost                0.5
malicious        no                  0
malicious        yes                 0.5
"""


def rows(table: str) -> list[tuple[str, ...]]:
    """A table as a test takes it."""
    return [tuple(line.split()) for line in table.strip().splitlines()]
