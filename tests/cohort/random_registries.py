"""Small registries at random, as ugly as real ones: missing dates, ties, repeated roles, rows without an episode."""

from datetime import date, timedelta
from random import Random

from crlm.dictionary.registry import registry_dictionary

CODES = {
    table.name: {variable.name: variable for variable in table.variables}
    for table in registry_dictionary().tables
}


def day(chance: Random, first=0, last=1500, missing=0.15):
    """A date of few possible days, so that many fall together."""
    if chance.random() < missing:
        return "-"
    return (date(2012, 1, 1) + timedelta(days=30 * chance.randrange(first // 30, last // 30))).isoformat()


def level(chance: Random, table: str, name: str, missing=0.2):
    """A level of a variable, several of them where it holds several, a number, yes or no; or missing."""
    variable = CODES[table][name]
    if chance.random() < missing:
        return "-"
    match variable.type:
        case "several":
            names = [one.name for one in variable.levels]
            return ";".join(sorted(chance.sample(names[:4], chance.choice((1, 1, 2)))))
        case "yes_no":
            return chance.choice(("yes", "no"))
        case "category":
            return chance.choice(variable.levels).name
        case _:
            return str(chance.randrange(0, 6))


def filled(chance: Random, table: str, **cells: str):
    """A row with the given cells and something at random in all others; keys of other tables are missing."""
    row = {}
    for name, variable in CODES[table].items():
        if name in cells:
            row[name] = cells[name]
        elif variable.type == "date":
            row[name] = day(chance)
        elif variable.type == "text":
            row[name] = "-"
        elif name == "unit":
            row[name] = chance.choice(("ng_per_mL", "ng_per_mL", "g_per_L"))
        else:
            row[name] = level(chance, table, name)
    return row


def random_tables(seed: int, patients: int = 4, prefix: str = "P") -> dict[str, list[dict[str, str]]]:
    """Rows of every table for some patients; the keys begin with the prefix."""
    chance = Random(seed)
    tables: dict[str, list[dict[str, str]]] = {name: [] for name in CODES}

    def add(table, key, patient, episode=None, **cells):
        tables[table].append(
            filled(chance, table, **{key: f"{key[0]}{prefix}{len(tables[table])}"},
                   **({"patient_id": patient} if "patient_id" in CODES[table] else {}),
                   **({"episode_id": episode} if episode else {}), **cells)
        )  # fmt: skip
        return tables[table][-1][key]

    for number in range(patients):
        patient = f"{prefix}{number}"
        tables["patient"].append(filled(chance, "patient", patient_id=patient, centre_id=f"{prefix}C"))
        for _ in range(chance.choice((1, 1, 2))):
            add("primary_tumour", "primary_id", patient)
        for place in range(1, chance.choice((1, 2, 2, 3)) + 1):
            episode = f"{patient}-{place}"
            tables["crlm_episode"].append(
                filled(
                    chance, "crlm_episode", episode_id=episode, patient_id=patient, episode_number=str(place)
                )
            )
            lesions = [
                add("metastasis", "lesion_id", patient, episode) for _ in range(chance.randrange(0, 4))
            ]
            sessions = [
                add(
                    "local_treatment", "procedure_id", patient, episode,
                    treatment_intent=chance.choice(("curative", "curative", "palliative", "-")),
                    planned_stages=chance.choice(("1", "2", "-")), stage_number=chance.choice(("1", "2", "-")),
                )
                for _ in range(chance.randrange(0, 4))
            ]  # fmt: skip
            for session in sessions:
                for lesion in lesions:
                    if chance.random() < 0.6:
                        add(
                            "treated_lesion",
                            "treated_lesion_id",
                            patient,
                            procedure_id=session,
                            lesion_id=lesion,
                        )
                if chance.random() < 0.5:
                    add("complication", "complication_id", patient, procedure_id=session)
            for _ in range(chance.randrange(0, 3)):
                therapy = add(
                    "systemic_therapy", "therapy_id", patient, chance.choice((episode, episode, "-"))
                )
                add("complication", "complication_id", patient, therapy_id=therapy)
            for _ in range(chance.randrange(0, 4)):
                scan = add("imaging", "imaging_id", patient, chance.choice((episode, "-")))
                for lesion in lesions:
                    tables["lesion_imaging"].append(
                        filled(chance, "lesion_imaging", lesion_id=lesion, imaging_id=scan)
                    )
            for _ in range(chance.randrange(0, 3)):
                add("liver_volumetry", "volumetry_id", patient, episode)
        for _ in range(chance.randrange(0, 4)):
            add("followup_event", "event_id", patient)
        for _ in range(chance.randrange(0, 3)):
            add("lab", "lab_id", patient, analyte="CEA")
        for _ in range(chance.randrange(0, 3)):
            add("post_relapse_treatment", "prt_id", patient)
    return tables
