"""Hostile files that are too large or too odd to lie in the corpus: name -> (bytes, further words, parts of the answer)."""

HEAD = b"sulcus: 1\nsteps:\n  a: {do: test.echo, text: %s}\n"


def nul_byte():
    return HEAD % b"a\0b", [], ["nul_byte.yaml:3:", "error: "]


def invalid_utf8():
    return HEAD % b"\xc3\x28", [], ["invalid_utf8.yaml:3:28: error: ", "UTF-8"]


def quote_open():
    """Not in the corpus, as its comment lines would have quotes."""
    return b'sulcus: 1\nsteps:\n  a: {do: test.echo, text: "x}\n', [], ["quote_open.yaml:3:28: error: this quote is never closed"]


def surrogate():
    return HEAD % b"\xed\xa0\x80", [], ["surrogate.yaml:3:28: error: ", "UTF-8"]


def utf16():
    return ("\ufeff" + (HEAD % b"x").decode()).encode("utf-16-le"), [], ["utf16.yaml:1:1: error: ", "UTF-16"]


def too_large():
    return b"sulcus: 1\n# " + b"x" * (10 << 20) + b"\n", [], ["too_large.yaml", "error: "]


def deep_flow():
    return HEAD % (b"[" * 200 + b"]" * 200), [], ["deep_flow.yaml:3:", "error: ", "64"]


def deep_block():
    text = b"".join(b" " * i + b"a:\n" for i in range(200))
    return b"sulcus: 1\nsteps:\n" + text, [], ["deep_block.yaml:", "error: ", "64"]


def alias_bomb_wide():
    lines = [b"  a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1]"]
    for i in range(1, 30):
        lines.append(b"  a%d: &a%d [%s]" % (i, i, b", ".join([b"*a%d" % (i - 1)] * 8)))
    return b"sulcus: 1\nparams:\n" + b"\n".join(lines) + b"\nsteps:\n  s: {do: test.echo}\n", [], ["error: ", "100000"]


def many_keys():
    """10,000 parameters and one unknown key."""
    params = b"".join(b"  p%d: %d\n" % (i, i) for i in range(10000))
    return b"sulcus: 1\nparams:\n" + params + b"steps:\n  a: {do: test.echo, txt: $p9999}\n", [], \
        ["many_keys.yaml:10004:22: error: node 'test.echo' has no port or parameter 'txt'", "did you mean 'text'?"]


def many_mistakes():
    """1,000 wrong steps: each is told once."""
    steps = b"".join(b"  a%d: {do: test.echo, txt: 1}\n" % i for i in range(1000))
    return b"sulcus: 1\nsteps:\n" + steps, [], ["many_mistakes.yaml:3:", "many_mistakes.yaml: 1000 errors"]


def long_chain():
    """A chain as long as fits: nothing may recurse along it."""
    steps = [b"  a0: {do: test.echo}\n"]
    for i in range(1, 60000):
        steps.append(b"  a%d: {do: test.echo, record: $a%d.record}\n" % (i, i - 1))
    return b"sulcus: 1\nsteps:\n" + b"".join(reversed(steps)), ["--no-data"], []


def long_circle():
    n = 30000
    steps = b"".join(b"  a%d: {do: test.echo, record: $a%d.record}\n" % (i, (i + 1) % n) for i in range(n))
    return b"sulcus: 1\nsteps:\n" + steps, [], ["these steps wait for each other: ", "1 error"]


def chain_of_inputs():
    inputs = b"".join(b"  a%d: {kind: record, from: $a%d}\n" % (i, i + 1) for i in range(20000))
    return b"sulcus: 1\ninputs:\n" + inputs + b"steps:\n  s: {do: test.echo, record: $a0}\n", [], ["error: "]


def long_words():
    word = b"w" * 100000
    return b"sulcus: 1\nsteps:\n  " + word + b": {do: " + word + b", " + word + b": $" + word + b"." + word + b"}\n", [], ["error: "]


cases = {f.__name__: f for f in (nul_byte, invalid_utf8, quote_open, surrogate, utf16, too_large, deep_flow, deep_block, alias_bomb_wide,
                                 many_keys, many_mistakes, long_chain, long_circle, chain_of_inputs, long_words)}
