"""Compares our patterns with a real Python's re.match(pattern, text, re.IGNORECASE).

First the pairs of tests/cases/pattern; then random ones, half of them grown from Python's
grammar, half put together from pieces at random, so that errors are compared as well; then
every letter that has cases, and sets on every character that there is. Where we
refuse what Python takes, the message must say "not supported"; where both take it, the answers
must be the same. Only Python 3.11 counts, since its letters are Unicode 14 and what it refuses
changes from version to version.

usage: compare_patterns.py PATTERN_ANSWERS CASES_FOLDER [COUNT [SEED]]
"""

import collections
import pathlib
import random
import re
import signal
import subprocess
import sys
import warnings

SKIPPED = 77
PATIENCE_SECONDS = 2


class TooLong(Exception):
    """Python takes too long; so may we."""


def interrupt(signum, frame):
    raise TooLong


def python_answer(pattern, text):
    signal.setitimer(signal.ITIMER_REAL, PATIENCE_SECONDS)
    try:
        return "yes" if re.match(pattern, text, re.IGNORECASE) else "no"
    except (re.error, OverflowError, ValueError, RecursionError) as error:
        return f"error {error}"
    except TooLong:
        return "expensive"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def our_answers(program, pairs):
    def digits(text):
        return text.encode().hex() or "-"

    lines = "".join(f"{digits(pattern)} {digits(text)}\n" for pattern, text in pairs)
    done = subprocess.run([program], input=lines, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


# ---- the case files ----


def unescape(text):
    data = re.sub(
        rb"\\(x[0-9a-f]{2}|.)",
        lambda m: bytes([int(m[1][1:], 16)]) if len(m[1]) == 3
        else {b"t": b"\t", b"r": b"\r", b"n": b"\n", b"\\": b"\\"}[m[1]],
        text.encode())
    return data.decode()


def read_cases(path):
    """(title, pattern, [(want, text)], is_declined) of each case that Python can judge."""
    for block in re.split(r"(?m)^=== ", path.read_text())[1:]:
        found = re.fullmatch(r"(.*)\n((?:.*\n)*?)<<<( escapes)?\n((?:.*\n)*?)>>>\n((?:.*\n?)*)",
                             block)
        title, headers, escapes, pattern, expected = found.groups()
        pattern = pattern[:-1]
        pattern = unescape(pattern) if escapes else pattern
        pairs = []
        for line in headers.splitlines():
            key, value = line.split(":", 1)
            if key in ("match", "no match"):
                pairs.append(("yes" if key == "match" else "no", unescape(value.strip())))
        if "error: " in expected:
            pairs.append(("error", ""))
        yield title, pattern, pairs, "not supported" in expected


def compare_cases(program, folder):
    count = 0
    failures = []
    for path in sorted(pathlib.Path(folder).glob("*.case")):
        for title, pattern, pairs, is_declined in read_cases(path):
            answers = our_answers(program, [(pattern, text) for _, text in pairs])
            for (want, text), ours in zip(pairs, answers):
                count += 1
                theirs = python_answer(pattern, text)
                is_same = theirs.split()[0] == want or is_declined
                if not is_same or ours.split()[0] != want:
                    failures.append(f"{path.name}: {title}: {text!a}: case {want}, "
                                    f"Python {theirs}, we {ours}")
    return count, failures


# ---- every character ----


def all_characters():
    return (chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000)


def partners():
    """Characters that could be taken for each other when case is ignored."""
    groups = collections.defaultdict(set)
    for c in all_characters():
        for other in {c.lower(), c.upper(), c.title(), c.casefold()}:
            if other != c:
                groups[other[0]].update((c, other[0]))
                groups[c].update((c, other[0]))
    found = {c: set(others) for c, others in groups.items()}
    for c, others in groups.items():
        for other in others:
            found[c] |= groups[other]
    return found


def compare_letters(program):
    """Each letter with cases, alone and in a set, against all that could be the same."""
    pairs = []
    for c, others in partners().items():
        for form in (c, f"[{c}\\d]", f"(?a){c}", f"(?a)[{c}\\d]"):
            pairs += [(form, other) for other in others]
    failures = []
    declined = 0
    for (pattern, text), ours in zip(pairs, our_answers(program, pairs)):
        declined += "not supported" in ours
        if "not supported" not in ours and python_answer(pattern, text) != ours:
            failures.append(f"{pattern!a} on {text!a}: we {ours}")
    return len(pairs), declined, failures


SETS = ["\\w", "\\W", "\\d", "\\D", "\\s", "\\S", "a-z", "A-Z", "\u00e0-\u00ff", "\u0100-\u0180",
        "\u0391-\u03a9", "\u03b1-\u03c9", "\u1e00-\u1fff", "\ufb00-\ufb06", "\u0410-\u042f",
        "\u10a0-\u10ff", "\u13a0-\u13f5", "\uff21-\uff3a", "\u0080-\U0010ffff", "i", "k", "\u0130",
        "\u0150-\U00010410", "\u0200-\U00010400", "\u2126-\U0001f600", "\U00010410-\U00010430",
        "a\\W", "\\w\\s", "\\D\\S"]
CHUNK = 3000


def compare_sets(program):
    """Sets against every character there is, with and without (?a)."""
    characters = list(all_characters())
    pairs = []
    for flags in ("", "(?a)"):
        for body in SETS:
            if flags and body[-1] > "\uffff":
                continue
            one = re.compile(f"{flags}[{body}]", re.IGNORECASE)
            inside = [c for c in characters if one.match(c)]
            outside = [c for c in characters if not one.match(c)]
            for form, members in ((f"[{body}]*\\Z", inside), (f"[^{body}]*\\Z", outside)):
                pairs += [(flags + form, "".join(members[i:i + CHUNK]))
                          for i in range(0, len(members), CHUNK)]
    failures = [f"{pattern!a} on {text[:5]!a}...: we {ours}"
                for (pattern, text), ours in zip(pairs, our_answers(program, pairs))
                if ours != "yes"]
    return len(pairs), failures


# ---- random patterns ----

LETTERS = list("aabbkKsSiIzZ_ -0159") + list("éÉßẞſKİıΣςσΐ\u1fd3ﬅﬆµμ\u0149²٣½Ⅷ")
LETTERS += ["\n", "\n", "\r", "\t", "\x1c", "\x85", "\u2028", "\u180e", "\u00a0", "\u203f",
            "\u0301", "\U00010428", "\U0001f600", "]", "[", "^", "{", "}", ",", "#", "\\"]
PIECES = (
    list("()[]{}|*+?.^$\\-,:<>=!#&~PimsxauLt0123789abkiE \n")
    + ["(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?P<n>", "(?P=n)", "(?P<é>", "(?P=é)",
       "(?#", "(?(1)", "(?(n)", "(?i)", "(?m)", "(?s)", "(?x)", "(?a)", "(?u)", "(?a:", "(?-i:",
       "(?x:", "(?sm-i:", "(?-x:", "(?i-i:", "(?P>", "(?|", "(?R)", "(?&n)", "(*F)", "\\1",
       "\\2", "\\10", "\\012", "\\141", "\\0", "\\8", "\\x41", "\\x4", "\\u00e9", "\\u00",
       "\\U0001F600", "\\U00110000", "\\N{DASH}", "\\N", "\\A", "\\Z", "\\b", "\\B", "\\d",
       "\\D", "\\w", "\\W", "\\s", "\\S", "\\h", "\\R", "\\X", "\\K", "\\G", "\\z", "\\Q",
       "\\p{L}", "\\c", "\\e", "\\_", "\\é", "\\\n", "[a-z]", "[^a-z]", "[]a]", "[^]a]", "[a-",
       "[\\d-z]", "[a-\\d]", "[[:alpha:]]", "[a--b]", "[\\b]", "{2}", "{,2}", "{1,}", "{,}",
       "{2,1}", "{70000}", "{99999999999999999999}", "*?", "+?", "??", "*+", "++", "?+", "{1,2}+",
       "é", "ſ", "İ", "\U0001f600"])
ANCHORS = ["^", "$", "\\A", "\\Z", "\\b", "\\B"]
CLASSES = ["\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "."]
QUANTIFIERS = ["*", "+", "?", "{2}", "{,2}", "{1,3}", "{0}", "*?", "+?", "??", "{1,2}?", "*+",
               "++", "?+", "{,2}+"]


class Grower:
    """Grows a pattern that is mostly valid."""

    def __init__(self, random_source):
        self.random = random_source
        self.groups = 0
        self.closed = []
        self.features = random_source.random()  # few or many kinds of things in one pattern

    def letter(self):
        letter = self.random.choice(LETTERS)
        return re.escape(letter) if self.random.random() < 0.9 else letter

    def set(self):
        items = []
        for _ in range(self.random.randint(1, 3)):
            kind = self.random.random()
            if kind < 0.25:
                items.append(self.random.choice(CLASSES[:-1]))
            elif kind < 0.5:
                low, high = sorted((self.random.choice(LETTERS), self.random.choice(LETTERS)))
                items.append(f"{re.escape(low)}-{re.escape(high)}")
            elif kind < 0.6:
                items.append(self.random.choice(["-", "\\b", "[", "&&", "||", "\\101", "\\1"]))
            else:
                items.append(self.letter())
        return f"[{self.random.choice(['', '', '^'])}{''.join(items)}]"

    def group(self, depth):
        kind = self.random.random()
        if kind < 0.35:
            self.groups += 1
            number = self.groups
            name = f"?P<n{number}>" if self.random.random() < 0.2 else ""
            inside = self.alternatives(depth - 1)
            self.closed.append(number)
            return f"({name}{inside})"
        if kind < 0.55:
            return f"(?:{self.alternatives(depth - 1)})"
        if kind < 0.62:
            return f"(?>{self.alternatives(depth - 1)})"
        if kind < 0.72:
            return f"(?{self.random.choice('=!')}{self.alternatives(depth - 1)})"
        if kind < 0.8:
            return f"(?<{self.random.choice('=!')}{self.sequence(1, 1)})"
        if kind < 0.9:
            flags = self.random.choice(["i", "-i", "s", "m", "a", "u", "x", "a-i", "si-m", "-x"])
            return f"(?{flags}:{self.alternatives(depth - 1)})"
        if self.closed:
            number = self.random.choice(self.closed)
            return f"(?({number}){self.sequence(depth - 1, 2)}|{self.sequence(depth - 1, 2)})"
        return "(?#x)"

    def item(self, depth):
        kind = self.random.random()
        if kind < 0.1:
            return self.random.choice(ANCHORS)
        if kind < 0.22:
            return self.random.choice(CLASSES)
        if kind < 0.36:
            return self.set()
        if kind < 0.6 and depth > 0 and self.features > 0.3:
            return self.group(depth)
        if kind < 0.65 and self.closed:
            return f"\\{self.random.choice(self.closed)}"
        return self.letter()

    def sequence(self, depth, most):
        parts = []
        for _ in range(self.random.randint(0 if most > 1 else 1, most)):
            item = self.item(depth)
            if item not in ANCHORS and self.random.random() < 0.25:
                item += self.random.choice(QUANTIFIERS)
            parts.append(item)
        return "".join(parts)

    def alternatives(self, depth):
        count = self.random.choice([1, 1, 1, 2, 2, 3])
        return "|".join(self.sequence(depth, 3) for _ in range(count))

    def pattern(self):
        flags = self.random.choice([""] * 6 + ["(?a)", "(?s)", "(?m)", "(?x)", "(?i)", "(?u)"])
        return flags + self.alternatives(3)


def random_pattern(source):
    if source.random() < 0.5:
        return Grower(source).pattern()
    return "".join(source.choice(PIECES) for _ in range(source.randint(1, 7)))


def random_text(source, pattern):
    """Few letters, often those of the pattern, so that matches happen."""
    own = [c for c in pattern if c.isalnum() or c in "\n -_"] or ["a"]
    pool = source.choice([own, own + LETTERS, ["a", "b"], ["a", "b", "\n", "k"]])
    return "".join(source.choice(pool) for _ in range(source.randint(0, 8)))


def judge(pattern, theirs, ours):
    kind = theirs.split()[0]
    our_kind = ours.split()[0]
    if kind == our_kind:
        return kind
    if our_kind in ("expensive", "unclear") or kind == "expensive":
        return our_kind
    if our_kind == "error" and "not supported" in ours:
        return "declined"
    return "DIFFERENT"


def compare_random(program, count, seed):
    source = random.Random(seed)
    pairs = []
    while len(pairs) < count:
        pattern = random_pattern(source)
        for _ in range(4):
            pairs.append((pattern, random_text(source, pattern)))
    kinds = collections.Counter()
    failures = []
    for (pattern, text), ours in zip(pairs, our_answers(program, pairs)):
        theirs = python_answer(pattern, text)
        kind = judge(pattern, theirs, ours)
        kinds[kind] += 1
        if kind == "DIFFERENT":
            failures.append(f"{pattern!a} on {text!a}: Python {theirs}, we {ours}")
    return kinds, failures


def main():
    if sys.version_info[:2] != (3, 11):
        print(f"skipped: this is Python {sys.version.split()[0]}; the patterns are those of 3.11")
        return SKIPPED
    program, folder = sys.argv[1:3]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 20000
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGALRM, interrupt)
    case_count, failures = compare_cases(program, folder)
    print(f"{case_count} pairs of {folder} compared, {len(failures)} differ")
    kinds, random_failures = compare_random(program, count, seed)
    print(f"{count} random pairs (seed {seed}): "
          + ", ".join(f"{kind} {number}" for kind, number in kinds.most_common()))
    letter_count, declined, letter_failures = compare_letters(program)
    print(f"{letter_count} pairs of letters compared, {declined} not supported, "
          f"{len(letter_failures)} differ")
    set_count, set_failures = compare_sets(program)
    print(f"{len(SETS)} sets compared on all characters ({set_count} texts), "
          f"{len(set_failures)} differ")
    failures += random_failures + letter_failures + set_failures
    for failure in failures[:40]:
        print(failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
