from typing import Any, Self

class AsyncOAuth2Client:
    def __init__(
        self,
        client_id: str | None = ...,
        client_secret: str | None = ...,
        *,
        scope: str | None = ...,
        redirect_uri: str | None = ...,
        code_challenge_method: str | None = ...,
        timeout: float | None = ...,
    ) -> None: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *_: object) -> None: ...
    def create_authorization_url(
        self, url: str, state: str | None = ..., code_verifier: str | None = ..., **more: str
    ) -> tuple[str, str]: ...
    async def fetch_token(self, url: str, **more: Any) -> dict[str, Any]: ...
