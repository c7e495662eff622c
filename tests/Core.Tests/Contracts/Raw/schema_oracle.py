"""Says what the JSON Schemas accept: reads lines `topic base64(message)`, writes one line each, `ok` or the reason.

    /usr/bin/python3 schema_oracle.py schemas/ < corpus.txt
"""
import base64
import json
import pathlib
import re
import sys

import jsonschema


def matches(validator, pattern, instance, schema):
    # ECMA 262, which JSON Schema means: `$` is the end of the text, not also the place before a last newline.
    if validator.is_type(instance, "string") and not re.search(re.sub(r"\$$", r"\\Z", pattern), instance):
        yield jsonschema.ValidationError(f"{instance!r} does not match {pattern!r}")


def once(pairs):
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a name is there twice")
    return dict(pairs)


def refuse(constant):
    raise ValueError(f"{constant} is not JSON")


def parse(message):
    value = json.loads(message.decode("utf-8"), object_pairs_hook=once, parse_constant=refuse)
    json.dumps(value, ensure_ascii=False).encode("utf-8")  # half of a surrogate pair is not Unicode text
    return value


def main(folder):
    root = pathlib.Path(folder).resolve()
    validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"pattern": matches})
    store = {path.as_uri(): json.loads(path.read_text("utf-8")) for path in root.glob("*.schema.json")}
    validators = {}
    for uri, schema in store.items():
        jsonschema.Draft202012Validator.check_schema(schema)
        resolver = jsonschema.RefResolver(uri, schema, store=store)
        validators[pathlib.Path(uri).name.removesuffix(".schema.json")] = validator(schema, resolver=resolver)
    for line in sys.stdin:
        topic, _, message = line.strip().partition(" ")
        try:
            error = next(validators[topic].iter_errors(parse(base64.b64decode(message))), None)
            print("ok" if error is None else repr(f"{list(error.path)}: {error.message}")[:200])
        except (ValueError, RecursionError) as problem:
            print(repr(str(problem))[:200])


if __name__ == "__main__":
    main(sys.argv[1])
