"""Values of JSON, right and wrong ones, by the type that is asked for; and texts for integers in a path or query."""

INTEGER_TEXTS = {
    "a letter": "abc",
    "zero": "0",
    "minus zero": "-0",
    "negative": "-1",
    "plus": "+1",
    "escaped plus": "%2B1",
    "two signs": "--1",
    "a sign alone": "-",
    "leading zeros": "007",
    "a fraction of zero": "1.0",
    "a fraction": "1.5",
    "a point at the end": "1.",
    "a point at the start": ".5",
    "an exponent": "1e2",
    "hexadecimal": "0x1F",
    "octal": "0o7",
    "an underscore": "1_000",
    "two underscores": "1__0",
    "an underscore at the end": "1_",
    "a comma": "1,000",
    "a space before": "%201",
    "a space behind": "1%20",
    "a newline behind": "1%0A",
    "a tab before": "%091",
    "a no-break space": "%C2%A01",
    "a space inside": "1%200",
    "a NUL behind": "1%00",
    "arabic digits": "%D9%A3",
    "fullwidth digits": "%EF%BC%93",
    "a superscript": "%C2%B2",
    "beyond the BMP": "%F0%9D%9F%91",
    "an escaped digit": "%37",
    "an escape that is none, decoded": "%2537",
    "invalid UTF-8": "7%FF",
    "overlong": "%C0%B7",
    "a surrogate": "%ED%A0%80",
    "2^31-1": "2147483647",
    "2^31": "2147483648",
    "2^53+1": "9007199254740993",
    "2^63-1": "9223372036854775807",
    "2^63": "9223372036854775808",
    "-2^63": "-9223372036854775808",
    "-2^63-1": "-9223372036854775809",
    "2^64": "18446744073709551616",
    "2^63 as a fraction of zero": "9223372036854775808.0",
    "100 digits": "1" * 100,
    "4300 digits": "1" * 4300,
    "4301 digits": "1" * 4301,
    "true": "true",
    "null": "null",
    "none": "None",
    "not a number": "NaN",
    "infinity": "Infinity",
    "quoted": "%221%22",
    "a list": "[1]",
    "an object": "%7B%7D",
    "braces": "{user_id}",
    "a semicolon": "7;a=b",
    "only a space": "%20",
    "an emoji": "%F0%9F%91%A9%E2%80%8D%F0%9F%94%A7",
}


def of_every_kind(text, digits):
    """Values of every JSON type, and what Python's json takes for one."""
    return {
        "null": "null",
        "true": "true",
        "false": "false",
        "0": "0",
        "1": "1",
        "an integer": digits,
        "a negative integer": "-" + digits,
        "a fraction": digits + ".5",
        "a fraction of zero": digits + ".0",
        "an exponent": digits + "e2",
        "a large exponent": digits + "E+20",
        "a negative exponent": digits + "e-9",
        "minus zero": "-0",
        "minus zero as a fraction": "-0.0",
        "a tiny number": "5e-324",
        "a number of 17 digits": "0.10000000000000001",
        "a number that rounds": "0.1234567890123456789",
        "1e15": "1e15",
        "1e16": "1e16",
        "1e-4": "1e-4",
        "1e-5": "1e-5",
        "a large number": "1.7976931348623157e308",
        "a number beyond a float": "1e400",
        "an integer of 25 digits": digits + "0" * 16,
        "an empty string": '""',
        "a string": f'"{text}-string"',
        "a string of digits": f'"{digits}"',
        "a string that says null": '"null"',
        "a space": '" "',
        "an empty list": "[]",
        "a list of a string": f'["{text}-string"]',
        "a list of a number": f"[{digits}]",
        "a list of null": "[null]",
        "a list of lists": f'[["{text}-string",[]],[[{digits}.0]]]',
        "a list of an object": f'[{{"a":"{text}-string"}}]',
        "an empty object": "{}",
        "an object": f'{{"a":"{text}-string"}}',
        "an object of objects": f'{{"a":{{"b":{{"c":[{digits},1.50,"{text}-string"]}}}}}}',
        "an object with spaces": f'{{ "a" :\n[ {digits} ,\t"{text}-\\u0041\\/" ] }}',
        "an object with a name that is empty": f'{{"":"{text}-string"}}',
        "an object with a name twice": f'{{"a":"{text}-first","a":"{text}-second"}}',
        "an object with escapes in its name": f'{{"\\u0061\\n":"{text}-string"}}',
        "a list of 100 items": "[" + ",".join(["1"] * 100) + "]",
        "NaN": "NaN",
        "Infinity": "Infinity",
        "-Infinity": "-Infinity",
        "a list of NaN": "[NaN]",
        "undefined": "undefined",
        "None": "None",
        "True": "True",
        "a high surrogate": f'"{text}\\ud800ab"',
        "a low surrogate": f'"{text}\\udc00ab"',
        "surrogates in the wrong order": f'"{text}\\udc00\\ud800"',
        "a surrogate pair": f'"{text}\\ud834\\udd1e"',
        "a list of a surrogate": f'["{text}\\ud800"]',
        "a surrogate as a name": f'{{"\\ud800":"{text}"}}',
        "a list that is nested 20 deep": "[" * 20 + f'"{text}-string"' + "]" * 20,
        "an object that is nested 20 deep": '{"a":' * 20 + f'"{text}-string"' + "}" * 20,
    }


def strings(schema, text):
    values = {
        "a control character that is escaped": f'"{text}\\u0000\\u0001\\u001f\\b\\f\\n\\r\\t"',
        "characters that need no escape": f'"{text}\\u007f\\u0080\\u2028\\u2029\\/<>&\'"',
        "escapes": f'"{text}\\"\\\\\\/\\u00e9\\u00E9"',
        "beyond ASCII": f'"{text}é€𝄞"',
        "a byte order mark": f'"\\ufeff{text}ab"',
        "not characters": f'"{text}\\uffff\\ufffe"',
        "right to left": f'"{text}עברית\\u202e"',
        "an emoji of several code points": f'"{text}👩\u200d🔧👨\u200d👩\u200d👧"',
        "300 characters": f'"{text}{"x" * 296}"',
        "300 characters beyond the BMP": f'"{text}{"𝄞" * 296}"',
    }
    for bound in {schema.get("minLength"), schema.get("maxLength")} - {None}:
        for length in (bound - 1, bound, bound + 1):
            start = text[: max(length - 1, 0)]
            rest = length - len(start)
            for what, fill in {
                "ASCII": "x",
                "two bytes": "é",
                "three bytes": "€",
                "beyond the BMP": "𝄞",
                "beyond the BMP, escaped": "\\ud834\\udd1e",
                "combining": "\u0301",
                "spaces": " ",
                "NUL": "\\u0000",
            }.items():
                values[f"{length} characters: {what}"] = f'"{start}{fill * rest}"'
            values[f"{length} characters: all beyond the BMP"] = f'"{"😀" * length}"'
            values[f"{length} characters: all combining"] = f'"{"́" * length}"'
    for choice in schema.get("enum", ()):
        values |= {
            f"the choice {choice}": f'"{choice}"',
            f"the choice {choice} in upper case": f'"{choice.upper()}"',
            f"the choice {choice} and a space": f'"{choice} "',
        }
    if "pattern" in schema:
        values |= {"a match": '"aaa"', "a match and a newline": '"aaa\\n"', "a match inside": '"xaaax"'}
    return values


def integers():
    values = {
        f"the number {text}": text
        for text in (
            "-1",
            "2",
            "-2",
            "3.0",
            "5.5",
            "1e0",
            "1e2",
            "1E+2",
            "100e-2",
            "100e-3",
            "1.5e1",
            "1.55e1",
            "0.0",
            "-0e5",
            "1e18",
            "1e19",
            "2147483647",
            "2147483648",
            "-2147483649",
            "9007199254740993",
            "9007199254740993.0",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775808",
            "-9223372036854775809",
            "9223372036854775807.0",
            "9223372036854774784.0",
            "18446744073709551616",
            "1e308",
            "-1e400",
            "1e-400",
            "3.0000000000000000001",
            "0.1e1",
        )
    }
    values |= {
        f"the string {text}": f'"{text}"'
        for text in (
            "0",
            "30",
            "-30",
            "+30",
            "030",
            "-0",
            " 30",
            "30 ",
            "\\n30\\t",
            "30\\u00a0",
            "1_000",
            "1__0",
            "_1",
            "1_",
            "1.0",
            "1.00",
            "1.",
            ".0",
            "1.5",
            "1e2",
            "0x1F",
            "1,000",
            "٣",
            "３",
            "²",
            "--1",
            "+-1",
            "-",
            "abc",
            "1 0",
            "true",
            "NaN",
            "inf",
            "9223372036854775807",
            "9223372036854775808",
            "123456789012345678901234567890",
            "1.0e0",
            "[1]",
            "\\u0031",
            "30\\u0000",
        )
    }
    values |= {
        "an integer of 4300 digits": "1" * 4300,
        "an integer of 4301 digits": "1" * 4301,
        "a string of 4300 digits": f'"{"1" * 4300}"',
        "a string of 4301 digits": f'"{"1" * 4301}"',
    }
    return values


def floats():
    return {
        f"the string {text} as a number": f'"{text}"'
        for text in (
            "1.5",
            " 1.5 ",
            "1.5e3",
            "1_0.5",
            "1__0.5",
            "+1.5",
            ".5",
            "5.",
            "1e400",
            "-1e400",
            "infinity",
            "-Infinity",
            "nan",
            "0x1p3",
            "1,5",
            "1.5.5",
            "e5",
            "1e",
        )
    }


def booleans():
    values = {
        f"the string {text}": f'"{text}"'
        for text in (
            "true",
            "True",
            "TRUE",
            "tRuE",
            "false",
            "False",
            "t",
            "T",
            "f",
            "yes",
            "Yes",
            "YES",
            "y",
            "Y",
            "no",
            "n",
            "N",
            "on",
            "On",
            "off",
            "OFF",
            "1",
            "0",
            "1.0",
            "2",
            "-1",
            "01",
            " true",
            "true ",
            "maybe",
            "ja",
            "yess",
            "тrue",
            "\\u0074rue",
            "enabled",
            "none",
        )
    }
    return values | {
        f"the number {text}": text
        for text in (
            "2",
            "-1",
            "1.0",
            "0.0",
            "1.5",
            "0.5",
            "2.0",
            "1e0",
            "10e-1",
            "0e5",
            "1e1",
            "-1.0",
            "1e19",
            "9223372036854775808",
        )
    }


def lists():
    values = {
        f"the list {text}": text
        for text in (
            '["a","b","c"]',
            '["a",5,"b",null]',
            "[true,false]",
            '[["a"],["b"]]',
            '[{},[],"x",1.0]',
            '["",""]',
            '["a","a"]',
            '[5,5.0,"5"]',
            "[1,2]",
            "[1,2,3]",
            '["x",2,3]',
            '["é","𝄞"]',
            "[1.5]",
            "[ 1 , 2 ]",
            '[{"name":"n"}]',
            '[{"name":"n","size":"x"},{"size":1},null]',
            '[{"name":5,"other":1},{"name":"n"},7]',
            '[{"size":1.0,"name":"\\u006e"}]',
        )
    }
    return values | {
        "an object like a list": '{"0":"a"}',
        "a string with commas": '"a,b"',
        "a list of 300 wrong items": "[" + ",".join(["{}"] * 300) + "]",
    }


def objects():
    return {
        f"the object {text}": text
        for text in (
            '{"a":1}',
            '{"a":null}',
            '{"a":{"b":[1,{"c":null}]},"d":"x"}',
            '{"number":9007199254740993,"price":1.10}',
            '{"1":1}',
            '{"name":"n"}',
            '{"name":"n","size":"x","a":1}',
            '{"name":null}',
            '{"size":5}',
            '{"name":"n","size":2.0}',
            '{"size":[],"name":{}}',
        )
    } | {"pairs": '[["a",1]]', "a string that says an object": '"{}"'}
