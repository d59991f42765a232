"""What the documents cannot say: which values the server has, so that valid requests act, and
which requests the contract has it refuse although they are valid by their schema.

Valid requests get values that the mock has at that moment, and these it must accept. When fuzzing,
one of four keeps what was made up; it may be refused, but only for what RULED names.
"""

import itertools
import json
import os
import urllib.request
import zlib

import schemathesis

ADMIN = os.environ["QUARTET_MOCK_URL"] + "/_mock/v1"
STRICT_AUTH = os.environ["QUARTET_MOCK_STRICT_AUTH"] == "true"

# What a valid request may be refused for, each by a ruling of its operation's description.
RULED = {
    "changePassword": {"body.old_password", "body.new_password_confirm", "body.verification_code"},
    "changeEmail": {"body.verification_code"},
    "changePhone": {"body.verification_code"},
    "changeAvatar": {"body.verification_code"},
    "changePaymentMethod": {"body.method"},
    "cancelSubscription": {"query.course_id"},
    "updateUser": {"The selected login is invalid.", "The selected status is invalid."},
    "createUserSubscription": {
        "User already has a subscription. Use replace_existing=true to replace it",
        "duration_days is required for paid subscriptions",
        "duration_days is out of range",
    },
}

filled = set()  # ids of the cases that have been given values of the mock


def admin(method, path, body=None):
    request = urllib.request.Request(ADMIN + path, method=method, headers={"Content-Type": "application/json"},
                                     data=None if body is None else json.dumps(body).encode())
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or "null")


def new_code():
    """A code for the user whom default-token and a call without a token mean."""
    return admin("POST", "/codes", {"user_id": "usr_anna"})["code"]


def password(case):
    case.body["old_password"] = admin("GET", "/state")["profile"]["users"]["usr_anna"]["password"]
    case.body["new_password_confirm"] = case.body["new_password"]
    case.body["verification_code"] = new_code()


def code(case):
    case.body["verification_code"] = new_code()


def method(case):
    case.body["method"] = "sbp"


def course(case):
    admin("POST", "/reset")  # no operation brings back what a case before has cancelled
    case.query["course_id"] = "go-basics"


def login(case):
    case.body["login"] = "test@mail.com"
    if "status" in case.body:
        case.body["status"] = "blocked"


USERS = itertools.cycle([1, 2, 3, 7000000001])  # by their own ids and by a Telegram id


def subscription(case):
    case.path_parameters["user_id"] = next(USERS)
    case.body["replace_existing"] = True
    if case.body.get("duration_days") is None:
        case.body["is_trial"] = True
    else:
        case.body["duration_days"] = case.body["duration_days"] % 1000 + 1  # not out of all years


FILL = {
    "changePassword": password,
    "changeEmail": code,
    "changePhone": code,
    "changeAvatar": code,
    "changePaymentMethod": method,
    "cancelSubscription": course,
    "updateUser": login,
    "createUserSubscription": subscription,
}


def operation_id(case):
    return case.operation.definition.raw.get("operationId")


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """With -strict-auth no operation may be called without a credential, but for the public one."""
    if not STRICT_AUTH:
        return
    for operations in raw_schema["paths"].values():
        for operation in operations.values():
            if "security" in operation:
                operation["security"] = [way for way in operation["security"] if way]


@schemathesis.hook
def before_call(context, case, kwargs):
    fill = FILL.get(operation_id(case))
    if fill is None or not case.meta.generation.mode.is_positive:
        return
    made_up = json.dumps([case.body, case.query, case.path_parameters], default=lambda _: None, sort_keys=True)
    # By what it is, so that a repetition meets the same.
    if case.meta.phase.name.value == "fuzzing" and zlib.crc32(made_up.encode()) % 4 == 0:
        return
    fill(case)
    filled.add(case.id)


def places(operation, response):
    """What an answer says is wrong, as RULED has it; None when it has not the shape of the API."""
    try:
        body = response.json()
        if operation == "updateUser":
            return {line for lines in body["errors"].values() for line in lines}
        if operation == "createUserSubscription":
            return {body["detail"]} if response.status_code == 400 else None
        if any(issue["type"] != "value_error" for issue in body["detail"]):
            return None
        return {".".join(map(str, issue["loc"])) for issue in body["detail"]}
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def undecodable(response):
    """Whether a body that is no UTF-8 is answered as FastAPI does, before it looks into its document."""
    try:
        response.request.body.decode()
        return False
    except UnicodeDecodeError:
        return response.status_code == 400 and response.json() == {"detail": "There was an error parsing the body"}
    except AttributeError:  # there is none, or it is a text
        return False


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Keeps every failure, but for bodies that nobody can decode, and valid requests that are refused as the contract rules."""
    if "status_code_conformance" in failure.checks and undecodable(response):
        return False
    operation = operation_id(case)
    if "positive_data_acceptance" not in failure.checks or case.id in filled or operation not in RULED:
        return True
    blamed = places(operation, response)
    return not blamed or not blamed <= RULED[operation]
