"""The laws of the books in words: what each compares, for whoever looks at a proof."""

from ledger.models import Proof

# law: (its name in a narrow column; what is compared, in a sentence; what a difference means)
LAWS: dict[str, tuple[str, str, str]] = {
    Proof.Law.ENTRIES_BALANCE: (
        "Entries",
        "The debits of each journal entry equal its credits, and its lines are as many as it announced.",
        "An entry was altered below the application, because the database refuses one that does not balance.",
    ),
    Proof.Law.SUBLEDGER_IS_GL: (
        "Loans = GL",
        "The principal, interest, fees and held money of all loans equal the accounts of the general ledger.",
        "A loan's balance was moved without an entry, or an entry without its loan.",
    ),
    Proof.Law.BALANCES_ARE_POSTINGS: (
        "Balances",
        "The balance kept of each loan equals the sum of its postings and of its interest day by day.",
        "The balance of that loan was moved without a posting: what is posted is what counts.",
    ),
    Proof.Law.REPLAY_IS_LEDGER: (
        "Replay",
        "A second calculation of each loan from its events alone gives the postings and the balance that stand.",
        "The books of that loan do not follow from its events: its page shows both.",
    ),
    Proof.Law.MOVEMENTS_ARE_POSTINGS: (
        "Accounts",
        "The movements that account balances are read from equal the sum of the postings, day by day.",
        "Trial balances of that account are wrong by as much; the postings themselves are what counts.",
    ),
    Proof.Law.SEALS_HOLD: (
        "Seals",
        "The rows of a closed day still give the hashes under which it was sealed, and the seals are a chain.",
        "A row of a sealed day was altered, removed or added.",
    ),
}
