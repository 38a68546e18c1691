"""Changes of what is beside the facts: command keys, readings, counts of refusals, the vault, the read models."""

import random
import re
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.proof.leaf import CONTENT_SALT_BYTES, commitment, decode_prefix
from ledger.store.body import variable
from ledger.store.seal import ledger_aad, part_aad
from projections.table_set import TABLES
from tests.tamper.hands import KEYS, put
from tests.tamper.shape import UNSEEN, Power, Scene, always, attack, by_archive, by_kept, by_tiles

NAMES = re.compile(rb"Zebulon( Quackenbush)?")
"""The words that the sample seals."""

# --- keys of commands -------------------------------------------------------------------------------------------------


@attack("a command key is bound to a fact that is not there", always("truncated"))
def key_bound_to_nothing(dice: random.Random, scene: Scene) -> None:
    _bind(dice, scene, scene.size + dice.randint(1, 99))


@attack("a command key is bound to another fact", always("edited"))
def key_bound_to_another(dice: random.Random, scene: Scene) -> None:
    _bind(dice, scene, 0)


@attack("a command key is deleted", always("deleted"))
def key_deleted(dice: random.Random, scene: Scene) -> None:
    scene.hands.facts("DELETE FROM command_keys WHERE token = ?", (_token(dice, scene),))


@attack("a command key that was answered `unchanged` is bound to another fact", by_archive("edited"))
def unchanged_key_edited(dice: random.Random, scene: Scene) -> None:
    run = scene.hands.facts
    ((token, positions),) = run("SELECT token, positions FROM command_keys WHERE outcome = 'unchanged'")
    other = _as_stored(scene, dice.randint(3, scene.size), positions)
    run("UPDATE command_keys SET positions = ? WHERE token = ?", (other, token))


@attack("readings that decisions rested on are changed", always("edited"))
def readings_edited(dice: random.Random, scene: Scene) -> None:
    scene.hands.facts("UPDATE reading_sets SET content = ?", (dice.randbytes(9),))


@attack("readings that decisions rested on are deleted", always("deleted"))
def readings_deleted(dice: random.Random, scene: Scene) -> None:
    scene.hands.facts("DELETE FROM reading_sets")


@attack("the count of a repeated refusal is lowered before its day is closed", by_archive("edited"))
def refusals_hushed_up(dice: random.Random, scene: Scene) -> None:
    scene.hands.facts("UPDATE refusal_count SET count = ?", (dice.choice((1, 2)),))


@attack("the count of a repeated refusal is raised before its day is closed", UNSEEN)
def refusals_invented(dice: random.Random, scene: Scene) -> None:
    scene.hands.facts("UPDATE refusal_count SET count = count + ?", (dice.randint(1, 9),))


@attack("a ledger's row says that it is simulated, and the fact that opened it does not", always("edited"))
def simulated_flag_flipped(dice: random.Random, scene: Scene) -> None:
    clock = "clock = 'lines'" if scene.hands.is_server else "simulated = 1"
    scene.hands.facts(f"UPDATE ledger_info SET {clock}")


# --- the vault --------------------------------------------------------------------------------------------------------


@attack("a data key is deleted from the vault", always("deleted"))
def data_key_deleted(dice: random.Random, scene: Scene) -> None:
    scene.hands.vault("DELETE FROM data_keys WHERE scope = ?", (_scope(dice, scene),))


@attack("a data key is destroyed without an erasure that says so", always("deleted"))
def data_key_destroyed(dice: random.Random, scene: Scene) -> None:
    scene.hands.vault("UPDATE data_keys SET wrapped = NULL WHERE scope = ?", (_scope(dice, scene),))
    if scene.hands.is_server:
        scene.hands.vault("UPDATE vault_info SET destroyed = destroyed + 1")


@attack("a data key that an erasure took is put back from an old backup of the vault", always("rolled_back"))
def data_key_revived(dice: random.Random, scene: Scene) -> None:
    marked = scene.hands.vault("SELECT scope FROM data_keys WHERE wrapped IS NULL ORDER BY scope")
    change = (scene.erased_key, dice.choice(marked)[0])
    scene.hands.vault("UPDATE data_keys SET wrapped = ? WHERE scope = ?", change)


@attack("two wrapped data keys change their places in the vault", always("edited"))
def data_keys_swapped(dice: random.Random, scene: Scene) -> None:
    run = scene.hands.vault
    there = run("SELECT scope, wrapped FROM data_keys WHERE wrapped IS NOT NULL ORDER BY scope")
    (one, a), (two, b) = dice.sample(there, 2)
    for scope, wrapped in ((one, b), (two, a)):
        run("UPDATE data_keys SET wrapped = ? WHERE scope = ?", (bytes(wrapped), scope))


@attack("a data key is replaced by another one that opens", always("edited"), by=Power.MASTER_KEY)
def data_key_replaced(dice: random.Random, scene: Scene) -> None:
    scope, nonce = _scope(dice, scene), dice.randbytes(12)
    wrapped = nonce + AESGCM(scene.stolen_master_key).encrypt(nonce, dice.randbytes(32), _context(scene, scope))
    scene.hands.vault("UPDATE data_keys SET wrapped = ? WHERE scope = ?", (wrapped, scope))


@attack(
    "sealed words are opened, changed and sealed again; everything is recomputed",
    by_tiles("edited"),
    by=Power.MASTER_KEY,
)
def words_forged(dice: random.Random, scene: Scene) -> None:
    book = scene.book()
    alive = {scope for (scope,) in scene.hands.vault("SELECT scope FROM data_keys WHERE wrapped IS NOT NULL")}
    covered = enumerate(book.pages[: scene.sealed[-1]])
    can = [n for n, page in covered if page.body.parts and page.body.parts[0].scope in alive]
    index = dice.choice(can)
    page = book.pages[index]
    part, *rest = page.body.parts
    ((wrapped,),) = scene.hands.vault("SELECT wrapped FROM data_keys WHERE scope = ?", (part.scope,))
    master, wrapped = AESGCM(scene.stolen_master_key), bytes(wrapped)
    key = AESGCM(master.decrypt(wrapped[:12], wrapped[12:], _context(scene, part.scope)))
    about = part_aad(ledger_aad(_ledger_id(scene)), page.topic, part.subject)
    salted = key.decrypt(part.nonce, part.ciphertext, about)
    words = NAMES.sub(b"Someone Else", salted[CONTENT_SALT_BYTES:])
    nonce, salted = dice.randbytes(12), dice.randbytes(CONTENT_SALT_BYTES) + words
    sealed = part._replace(nonce=nonce, ciphertext=key.encrypt(nonce, salted, about))
    old = [each.commitment for each in decode_prefix(page.prefix).parts]
    commitments = [commitment(salted[:CONTENT_SALT_BYTES], words), *old[1:]]
    book.pages[index] = page.saying(page.body._replace(parts=(sealed, *rest)), commitments)
    book.write(scene.hands.facts)


# --- everything at once -----------------------------------------------------------------------------------------------


@attack(
    "the whole ledger is replaced by another one, with its log and its vault", by_kept("foreign"), by=Power.MASTER_KEY
)
def ledger_replaced(dice: random.Random, scene: Scene) -> None:
    for table, rows in scene.whole_other.items():
        run = scene.hands.vault if table in KEYS or table == "vault_info" else scene.hands.facts
        if table in {"ledger_info", "vault_info"}:
            for column in ("ledger_id", "check_value"):
                if column in rows.columns:
                    run(f"UPDATE {table} SET {column} = ?", (rows.rows[0][rows.columns.index(column)],))
        else:
            put(run, table, rows)


# --- the read models --------------------------------------------------------------------------------------------------


@attack("a row of a read model is changed", always("projection_drift"))
def read_model_edited(dice: random.Random, scene: Scene) -> None:
    run = scene.hands.models
    name, column = dice.choice(
        [
            (table.name, cell.name)
            for table in TABLES
            for cell in table.columns[table.key :]
            if cell.kind == "INTEGER" and run(f"SELECT 1 FROM {table.name}")
        ]
    )
    run(f"UPDATE {name} SET {column} = {column} + 1")


@attack("a row of a read model is deleted", always("projection_drift"))
def read_model_cut(dice: random.Random, scene: Scene) -> None:
    run = scene.hands.models
    filled = [table.name for table in TABLES if table.answers and run(f"SELECT 1 FROM {table.name}")]
    run(f"DELETE FROM {dice.choice(filled)}")


def _ledger_id(scene: Scene) -> str:
    ((ledger,),) = scene.hands.facts("SELECT ledger_id FROM ledger_info")
    return str(ledger)


def _context(scene: Scene, scope: str) -> bytes:
    """What a data key is wrapped in the context of."""
    return bytes([1]) + variable(_ledger_id(scene).encode()) + variable(scope.encode())


def _token(dice: random.Random, scene: Scene) -> str:
    rows = scene.hands.facts("SELECT token FROM command_keys WHERE outcome = 'accepted' ORDER BY token")
    ((token,),) = [dice.choice(rows)]
    return str(token)


def _scope(dice: random.Random, scene: Scene) -> str:
    there = scene.hands.vault("SELECT scope FROM data_keys WHERE wrapped IS NOT NULL ORDER BY scope")
    ((scope,),) = [dice.choice(there)]
    return str(scope)


def _bind(dice: random.Random, scene: Scene, position: int) -> None:
    token = _token(dice, scene)
    ((old,),) = scene.hands.facts("SELECT positions FROM command_keys WHERE token = ?", (token,))
    while not position or str(position) in str(old):
        position = dice.randint(1, scene.size)
    changed = _as_stored(scene, position, old)
    scene.hands.facts("UPDATE command_keys SET positions = ? WHERE token = ?", (changed, token))


def _as_stored(scene: Scene, position: int, old: Any) -> Any:
    assert scene.hands.is_server == isinstance(old, list)
    return [position] if scene.hands.is_server else f"[{position}]"
