"""The profile and the subscription service, as a team that writes FastAPI would state their published documents.

The models have the members, types, bounds and defaults that the documents give; the handlers do next to nothing, because
what is recorded is what the framework says before a handler is reached. The probe has what the published documents do not
use.
"""

from typing import Any, Literal, Optional

from fastapi import APIRouter, Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer
from pydantic import BaseModel, Field


class Message(BaseModel):
    message: str


class ChangePasswordRequest(BaseModel):
    old_password: str = Field(..., min_length=6)
    new_password: str = Field(..., min_length=6)
    new_password_confirm: str = Field(..., min_length=6)
    verification_code: str


class ChangeEmailRequest(BaseModel):
    new_email: str = Field(..., min_length=3)
    verification_code: str


class ChangePhoneRequest(BaseModel):
    new_phone: str
    verification_code: str


class ChangeNameRequest(BaseModel):
    first_name: Optional[str]
    last_name: Optional[str]


class ChangeAvatarRequest(BaseModel):
    avatar_url: str
    verification_code: str


class ChangePaymentMethodRequest(BaseModel):
    method: str
    details: dict[str, Any]


profile = APIRouter(prefix="/profile", tags=["Profile"])
done = Message(message="done")


@profile.get("/me")
async def get_my_profile() -> dict[str, Any]:
    return {"user_id": "1"}


@profile.get("/subscriptions")
async def list_subscriptions() -> dict[str, Any]:
    return {"subscriptions": []}


@profile.get("/payments")
async def list_payments() -> dict[str, Any]:
    return {"payments": []}


@profile.put("/password-change")
async def change_password(request: ChangePasswordRequest) -> Message:
    return done


@profile.put("/email-change")
async def change_email(request: ChangeEmailRequest) -> Message:
    return done


@profile.put("/phone-change")
async def change_phone(request: ChangePhoneRequest) -> Message:
    return done


@profile.put("/name-change")
async def change_name(request: ChangeNameRequest) -> Message:
    return done


@profile.put("/avatar-change")
async def change_avatar(request: ChangeAvatarRequest) -> Message:
    return done


@profile.get("/payment-method")
async def get_payment_method() -> dict[str, Any]:
    return {"method": "card", "details": {}}


@profile.put("/payment-method-change")
async def change_payment_method(request: ChangePaymentMethodRequest) -> Message:
    return done


@profile.get("/available-payment-methods")
async def list_available_payment_methods() -> dict[str, Any]:
    return {"methods": []}


@profile.delete("/subscription")
async def cancel_subscription(course_id: str) -> Message:
    return Message(message=course_id)  # so that it is recorded what the framework has read


class CreateSubscriptionRequest(BaseModel):
    is_trial: bool = False
    duration_days: Optional[int] = None
    traffic_limit_gb: Optional[int] = None
    device_limit: Optional[int] = None
    squad_uuid: Optional[str] = None
    connected_squads: Optional[list[str]] = None
    replace_existing: bool = False


users = APIRouter(prefix="/users", tags=["Users"])


@users.post("/{user_id}/subscription", status_code=201)
async def create_user_subscription(user_id: int, request: CreateSubscriptionRequest) -> dict[str, Any]:
    if not request.is_trial and not request.duration_days:
        raise HTTPException(400, "duration_days is required for paid subscriptions")
    return {"id": user_id}  # as above


class Inner(BaseModel):
    name: str
    size: int = 0


class Probe(BaseModel):
    inner: Inner = None
    inners: list[Inner] = []
    short: str = Field("", max_length=3)
    single: str = Field("x", min_length=1)
    pattern: str = Field("a", pattern="^a+$")
    few: list[int] = Field([], max_length=2)
    some: list[int] = Field([1], min_length=1)
    choice: Literal["a", "b", "c"] = "a"
    ratio: float = 0


probes = APIRouter(prefix="/probe")


@probes.post("/{id}")
async def probe(id: int, limit: int, request: Probe) -> dict[str, Any]:
    return {}


def application() -> FastAPI:
    return FastAPI(docs_url=None, redoc_url=None, openapi_url=None)


app = application()
for router in (profile, users, probes):
    app.include_router(router)

# The profile service where a credential is demanded, of all operations but the public one. That the token is a good one a
# service would see for itself; the framework has no words for one that is not.
strict = application()
public = APIRouter(prefix="/profile")
public.get("/available-payment-methods")(list_available_payment_methods)
strict.include_router(public)
strict.include_router(profile, dependencies=[Depends(HTTPBearer())])
