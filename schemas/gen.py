#!/usr/bin/env python3
"""Schemas of nodes and kinds in, C and the editor's schema out.

gen.py header NODE.yaml        the structs and prototypes of one node
gen.py table  FILES...         node_table and kind_table: declarations, for both programs
gen.py calls  FILES...         node_calls: functions, for the worker
gen.py editor FILES...         schema_json: JSON Schema (draft 2020-12) of a pipeline file
"""
import json
import os
import re
import sys

import yaml

C_TYPE = {"bool": "bool", "int": "int", "number": "double", "text": "const char *", "numbers": "const double *",
          "texts": "const char *const *"}
SUFFIX = {"mm": "_mm", "Hz": "_hz", "s": "_s", "%": "_pct", "mm3": "_mm3", "deg": "_deg", "B": "_bytes"}
RESERVED = set("do each gather missing when else need retry keep note".split())
PARAM_KEYS = set("type unit doc nilearn default optional min max above_min min_n max_n of bids".split())
PORT_KEYS = set("kind kind_of doc nilearn optional many literal on_request stream stream_unless axis bids".split())
NODE_KEYS = set("node version doc see nilearn threads shape axis over parts inputs outputs params".split())
PART_KEYS = set("part doc inputs outputs params".split())
KIND_KEYS = set("kind is doc blob ext export_ext import pair beside beside_root also bids".split())


def fail(path, text):
    sys.exit(f"{path}: {text}")


def known(path, what, given, allowed):
    for key in given:
        if key not in allowed:
            fail(path, f"{what}: unknown key '{key}'")
    if not given.get("doc"):
        fail(path, f"{what}: doc is missing")


def check_param(path, name, p):
    known(path, name, p, PARAM_KEYS)
    if name in RESERVED:
        fail(path, f"{name} is a reserved word")
    if p["type"] not in (*C_TYPE, "choice"):
        fail(path, f"{name}: unknown type {p['type']}")
    if p["type"] == "choice" and not p.get("of"):
        fail(path, f"{name}: a choice needs `of`")
    if p.get("unit") and p["unit"] not in SUFFIX:
        fail(path, f"{name}: unknown unit {p['unit']}")
    if p.get("optional") and p.get("default") is not None:
        fail(path, f"{name}: optional and default exclude each other")


def check_words(path, part, name, p):
    """bids: of an output a map of entities and suffix, each a text or {parameter or port that is given: text, else: text}."""
    b = p.get("bids")
    if part == "inputs" and b not in (None, "inherit"):
        fail(path, f"{name}: bids of an input is `inherit` or not there")
    if part == "outputs" and b is not None and not isinstance(b, dict):
        fail(path, f"{name}: bids of an output is a map of entities and suffix")


def check_stream(path, s, name, p):
    """What stream_unless names can be told from the step alone."""
    q = s["params"].get(p.get("stream_unless"), {})
    if p.get("stream_unless") and (not p.get("stream") or q.get("type") not in ("bool", "choice") or q.get("default") is None):
        fail(path, f"{name}: stream_unless goes with `stream` and names a bool or a choice with a default")


def add_parts(path, s):
    """The ports and parameters of schemas/parts/NAME.yaml come after the node's own; what the node declares itself stays."""
    for name in s.get("parts") or []:
        file = os.path.join(os.path.dirname(path), "..", "parts", name + ".yaml")
        p = load(file)
        known(file, name, p, PART_KEYS)
        for part in ("inputs", "outputs", "params"):
            for key, what in (p.get(part) or {}).items():
                s[part].setdefault(key, what)


def load(path):
    with open(path) as f:
        try:
            return yaml.safe_load(f)
        except yaml.YAMLError as why:
            fail(path, why)


def read_node(path, s):
    known(path, s["node"], s, NODE_KEYS)
    for part in ("inputs", "outputs", "params"):
        s[part] = s.get(part) or {}
    add_parts(path, s)
    for name, p in s["params"].items():
        check_param(path, name, p)
    for part in ("inputs", "outputs"):
        for name, p in s[part].items():
            known(path, name, p, PORT_KEYS)
            check_words(path, part, name, p)
            check_stream(path, s, name, p)
            if name in RESERVED or name in s["params"]:
                fail(path, f"{name} is reserved or a parameter too")
    return s


def read(paths):
    nodes, kinds = [], []
    for path in paths:
        s = load(path)
        if "kind" in s:
            known(path, s["kind"], s, KIND_KEYS)
            kinds.append(s)
        else:
            nodes.append(read_node(path, s))
    return sorted(nodes, key=lambda s: s["node"]), sorted(kinds, key=lambda s: s["kind"])


def quote(s):
    return "NULL" if s is None else json.dumps(str(s), ensure_ascii=False)


def ident(name):
    return name.replace(".", "_")


def field(name, p):
    return name + SUFFIX.get(p.get("unit"), "")


def choice_word(c):
    return "".join(ch if ch.isalnum() else "_" for ch in str(c)).upper()


def choices(p):
    return [json.dumps(c) if isinstance(c, bool) else str(c) for c in p["of"]]


def struct(name, fields):
    body = "".join(f"\t{t}{'' if t.endswith('*') else ' '}{f};{f'  /* {d} */' if d else ''}\n" for t, f, d in fields)
    return f"struct {name} {{\n{body or chr(9) + 'char none;' + chr(10)}}};\n"


def param_fields(s):
    n, out, enums = ident(s["node"]), [], []
    for name, p in s["params"].items():
        f = field(name, p)
        if p["type"] == "choice":
            words = ", ".join(f"{n}_{name}_".upper() + choice_word(c) for c in choices(p))
            enums.append(f"enum {n}_{name} {{ {words} }};\n")
        out.append((C_TYPE.get(p["type"], f"enum {n}_{name}"), f, p["doc"]))
        if p["type"] in ("numbers", "texts"):
            out.append(("int", f"n_{name}", ""))
        elif p.get("optional"):
            out.append(("bool", f"has_{name}", ""))
    return out, enums


def port_type(p, part):
    if part == "outputs":
        return "struct out *"
    return "struct items" if p.get("many") else "const struct item *"


def header(s):
    n, guard = ident(s["node"]), "SULCUS_NODE_" + ident(s["node"]).upper()
    fields, enums = param_fields(s)
    out = [f"/* {s['node']}: {s['doc']} Made from its schema. */",
           f"#ifndef {guard}_H\n#define {guard}_H\n",
           '#include "node/node.h"\n#include "node/shape.h"\n', *enums, struct(f"{n}_params", fields)]
    for part in ("inputs", "outputs"):
        out.append(struct(f"{n}_{part}", [(port_type(p, part), k, f"{p.get('kind', 'as ' + str(p.get('kind_of')))}: {p['doc']}")
                                          for k, p in s[part].items()]))
    out.append(f"must_check struct error *{n}_run(struct node_env *env, const struct {n}_params *params,\n"
               f"\tconst struct {n}_inputs *in, const struct {n}_outputs *out);")
    if s.get("shape"):
        out.append(f"must_check struct error *{n}_shape(struct shape *s, const struct {n}_params *params);")
    return "\n".join([*out, "\n#endif\n"])


def number(x, fallback):
    return fallback if x is None else repr(float(x))


def plain_number(x):
    """A number as a written one becomes canonical: 6.0 is 6, 1e-05 is 1e-5."""
    x = float(x)
    return int(x) if x == int(x) and abs(x) < 2**53 else float(x)


def canonical(p):
    d = p.get("default")
    if d is None:
        return None
    if p["type"] in ("int", "number", "numbers"):
        d = [plain_number(x) for x in d] if isinstance(d, list) else plain_number(d)
    if p["type"] in ("numbers", "texts") and not isinstance(d, list):
        d = [d]
    if p["type"] == "choice":
        d = json.dumps(d) if isinstance(d, bool) else str(d)
    return re.sub(r"e\+?(-?)0*(\d)", r"e\1\2", json.dumps(d, ensure_ascii=False, separators=(",", ":"))) \
        if p["type"] in ("number", "numbers") else json.dumps(d, ensure_ascii=False, separators=(",", ":"))


def param_row(s, name, p):
    n, f = ident(s["node"]), field(name, p)
    many = p["type"] in ("numbers", "texts")
    aux = f"n_{name}" if many else f"has_{name}" if p.get("optional") else None
    row = {".name": quote(name), ".unit": quote(p.get("unit", "")), ".doc": quote(p["doc"]), ".nilearn": quote(p.get("nilearn")),
           ".type": "PARAM_" + p["type"].upper(), ".offset": f"offsetof(struct {n}_params, {f})",
           ".n_offset": f"offsetof(struct {n}_params, {aux})" if aux else "0", ".fallback": quote(canonical(p)),
           ".optional": str(bool(p.get("optional"))).lower(), ".min": number(p.get("min"), "-INFINITY"),
           ".max": number(p.get("max"), "INFINITY"), ".above_min": str(bool(p.get("above_min"))).lower(),
           ".min_n": str(p.get("min_n", 0)), ".max_n": str(p.get("max_n", 1 << 24)),
           ".choice": f"{n}_{name}_choice" if p["type"] == "choice" else "NULL", ".name_key": quote(p.get("bids"))}
    return "\t{ " + ", ".join(f"{k} = {v}" for k, v in row.items()) + " },"


def params_table(s):
    n = ident(s["node"])
    lists = [f"static const char *const {n}_{name}_choice[] = {{ {', '.join(map(quote, choices(p)))}, NULL }};"
             for name, p in s["params"].items() if p["type"] == "choice"]
    rows = [param_row(s, name, p) for name, p in s["params"].items()] or ["\t{ .name = NULL },"]
    return "\n".join(lists) + f"\nstatic const struct param_decl {n}_param[] = {{\n" + "\n".join(rows) + "\n};\n"


def words_table(n, port, words):
    """What an output is called in the layout of BIDS: rows of struct name_word; `true` stands for the export's own name."""
    rows = []
    for key, value in words.items():
        cases = value if isinstance(value, dict) else {"else": value}
        rows += [(key, "" if v is True else str(v), None if given == "else" else given) for given, v in cases.items()]
    body = "".join(f"\t{{ {quote(k)}, {quote(v)}, {quote(g)} }},\n" for k, v, g in rows)
    return f"static const struct name_word {n}_{port}_words[] = {{\n{body}\t{{ NULL, NULL, NULL }},\n}};\n"


def ports_table(s, part):
    n, rows = ident(s["node"]), []
    words = {k: p["bids"] for k, p in s[part].items() if isinstance(p.get("bids"), dict)}
    for k, p in s[part].items():
        flags = ", ".join(f".{x} = {str(bool(p.get(x))).lower()}" for x in ("optional", "many", "literal", "on_request", "stream"))
        rows.append(f"\t{{ .name = {quote(k)}, .kind = {quote(p.get('kind', 'any'))}, .doc = {quote(p['doc'])}, "
                    f".nilearn = {quote(p.get('nilearn'))}, .offset = offsetof(struct {n}_{part}, {k}), {flags}, "
                    f".kind_of = {quote(p.get('kind_of'))}, .axis = {quote(p.get('axis'))}, "
                    f".stream_unless = {quote(p.get('stream_unless'))}, .names = {str(p.get('bids') == 'inherit').lower()}, .word = {f'{n}_{k}_words' if k in words else 'NULL'} }},")
    tables = "".join(words_table(n, k, w) for k, w in words.items())
    return tables + f"static const struct port_decl {n}_{part}_port[] = {{\n" + "\n".join(rows or ["\t{ .name = NULL },"]) + "\n};\n"


def node_row(s):
    n = ident(s["node"])
    return (f"static const struct node_decl {n}_node = {{\n\t.name = {quote(s['node'])}, .doc = {quote(s['doc'])}, "
            f".see = {quote(s.get('see'))}, .nilearn = {quote(s.get('nilearn'))}, .version = {s['version']},\n"
            f"\t.param = {n}_param, .n_param = {len(s['params'])},\n"
            f"\t.in = {n}_inputs_port, .n_in = {len(s['inputs'])}, .out = {n}_outputs_port, .n_out = {len(s['outputs'])},\n"
            f"\t.params_size = sizeof(struct {n}_params), .inputs_size = sizeof(struct {n}_inputs), "
            f".outputs_size = sizeof(struct {n}_outputs),\n"
            f"\t.axis = {quote(s.get('axis'))}, .over = {quote(s.get('over'))}, .shape = {str(bool(s.get('shape'))).lower()}, "
            f".threads = {str(bool(s.get('threads'))).lower()},\n}};\n")


def kind_row(k):
    pair, also = k.get("pair") or [None, None], k.get("also") or [None, None]
    return (f"static const struct kind_decl {k['kind']}_kind = {{ .name = {quote(k['kind'])}, .doc = {quote(k['doc'])}, "
            f".is = {quote(k.get('is'))}, .blob = {quote(k.get('blob'))}, .ext = {quote(k.get('ext'))}, "
            f".export_ext = {quote(k.get('export_ext'))}, .import = {quote(k.get('import'))}, "
            f".pair = {{ {quote(pair[0])}, {quote(pair[1])} }}, .beside = {quote(k.get('beside'))}, "
            f".beside_root = {quote(k.get('beside_root'))}, .suffix = {quote(k.get('bids'))}, .also = {{ {quote(also[0])}, {quote(also[1])} }} }};")


def table(nodes, kinds):
    out = ["/* Every node and kind. Made by schemas/gen.py. */", "#include <math.h>", '#include "node/node.h"']
    out += [f'#include "{s["node"]}.node.h"' for s in nodes]
    for s in nodes:
        out += [params_table(s), ports_table(s, "inputs"), ports_table(s, "outputs"), node_row(s)]
    out += [kind_row(k) for k in kinds]
    for what, names in (("node", [ident(s["node"]) for s in nodes]), ("kind", [k["kind"] for k in kinds])):
        out.append(f"const struct {what}_decl *const {what}_table[] = {{\n" + "".join(f"\t&{n}_{what},\n" for n in names) + "\tNULL,\n};")
    return "\n".join(out) + "\n"


def calls(nodes):
    out = ["/* The functions of every node. Made by schemas/gen.py. */", '#include "node/node.h"']
    out += [f'#include "{s["node"]}.node.h"' for s in nodes]
    rows = []
    for n, s in ((ident(s["node"]), s) for s in nodes):
        out.append(f"static struct error *{n}_call(struct node_env *env, const void *params, const void *in, const void *out)\n"
                   f"{{\n\treturn {n}_run(env, params, in, out);\n}}\n")
        if s.get("shape"):
            out.append(f"static struct error *{n}_shape_call(struct shape *s, const void *params)\n{{\n\treturn {n}_shape(s, params);\n}}\n")
        rows.append(f"\t{{ {quote(s['node'])}, {n}_call, {n + '_shape_call' if s.get('shape') else 'NULL'} }},")
    return "\n".join([*out, "const struct node_calls node_calls[] = {", *rows, "\t{ NULL, NULL, NULL },\n};\n"])


def describe(p):
    unit = f" [{p['unit']}]" if p.get("unit") else ""
    near = f" (nilearn: {p['nilearn']})" if p.get("nilearn") else ""
    return p["doc"] + unit + near


def value_schema(p):
    """What an editor should accept for a parameter; a reference is always possible."""
    ref = {"type": "string", "pattern": "^\\$"}
    one = {"bool": {"type": "boolean"}, "int": {"type": "integer"}, "text": {"type": ["string", "number", "boolean"]},
           "number": {"type": ["number", "string"] if p.get("unit") else "number"}}
    one["numbers"], one["texts"] = one["number"], one["text"]
    if p["type"] == "choice":
        numbers = [str(c) for c in p["of"] if type(c) is int]   # quotes make no difference to a choice
        kinds = [{"enum": [*p["of"], *numbers]}]
    else:
        kinds = [dict(one[p["type"]])]
        for name, key in (("minimum", "min"), ("maximum", "max")):
            if p.get(key) is not None and kinds[0].get("type") in ("number", "integer"):
                kinds[0][name] = p[key]
    if p["type"] in ("numbers", "texts"):
        kinds.append({"type": "array", "items": {"anyOf": [kinds[0], ref]}})
    out = {"anyOf": [*kinds, ref], "description": describe(p)}
    if p.get("default") is not None:
        out["default"] = p["default"]
    return out


def port_schema(p):
    text = f"{p['kind']}{', a list' if p.get('many') else ''}: {p['doc']}"
    ref = {"type": "string", "pattern": "^\\$"}
    lists = [{"type": "array"}] if p.get("many") or p.get("literal") else []
    named = [{"type": "object", "additionalProperties": ref}] if p.get("many") else []
    return {"anyOf": [ref, *lists, *named], "description": text + (f" (nilearn: {p['nilearn']})" if p.get("nilearn") else "")}


def step_rule(s, common):
    props = {**{k: True for k in common}, **{k: port_schema({"kind": "any", **p}) for k, p in s["inputs"].items()},
             **{k: value_schema(p) for k, p in s["params"].items()}}
    props["do"] = {"const": s["node"], "description": s["doc"]}
    need = ["do", *(k for k, p in s["inputs"].items() if not p.get("optional"))]
    return {"if": {"properties": {"do": {"const": s["node"]}}}, "then": {"properties": props, "required": need, "additionalProperties": False}}


def editor(nodes, kinds):
    shown = [s for s in nodes if not s["node"].startswith(("import.", "test."))]
    with open(sys.argv[0].replace("gen.py", "pipeline.yaml")) as f:
        top = yaml.safe_load(f)
    step = top["$defs"]["step"]
    step["properties"]["do"]["anyOf"] = [{"enum": [s["node"] for s in shown] + ["command", "pick"]}, {"type": "string"}]
    step["allOf"] = [step_rule(s, step["properties"]) for s in shown]
    top["$defs"]["kind"]["enum"] = [k["kind"] for k in kinds]
    params = {}
    for s in shown:
        params.update({k: value_schema(p) for k, p in s["params"].items() if k not in params})
    top["properties"]["defaults"]["properties"] = params
    text = json.dumps(top, indent=1, ensure_ascii=False).splitlines()
    return ("/* The editor's schema. Made by schemas/gen.py. */\nextern const char *const schema_json[];\n"
            "const char *const schema_json[] = {\n" + "".join(f"\t{json.dumps(line, ensure_ascii=False)},\n" for line in text) + "\t0,\n};\n")


what, *paths = sys.argv[1:]
nodes, kinds = read(paths)
print({"header": lambda: header(nodes[0]), "table": lambda: table(nodes, kinds), "calls": lambda: calls(nodes),
       "editor": lambda: editor(nodes, kinds)}[what](), end="")
