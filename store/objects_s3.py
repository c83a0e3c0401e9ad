"""Objects on an S3 server, through the MinIO SDK. Knows the protocol's errors; keys and promises are those of the file store.

Keys are content addresses, so a repeated or overlapping put writes the same bytes: no conditional put is needed, which not every
server honours. A put has happened when the bytes were read back and found right. What passes on its own (no network, 5xx, slow down)
is a passing fault; refusals and wrong bytes are permanent.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from schemas.faults import StoreFault
from store.forms import HEADER_BYTES, Form, Plain, form_of, verified
from store.objects import CHUNK, Hashing, WrongBytes, changed_meanwhile, digest_of, digest_stream, missing

ABSENT = {"NoSuchKey", "NoSuchObject", "NoSuchBucket", "NotFound"}
LOOKS = 3  # at bytes that are not what was sent or asked for
PASSING = {408, 429}


class S3Objects:
    """A content-addressed bucket, made with the first object if it is not there; the server is asked nothing before."""

    def __init__(self, endpoint: str, bucket: str, access_key: str, secret_key: str, *, secure: bool = True, form: Form | None = None) -> None:
        """Keep objects in `bucket`; new ones in `form` (plain by default), older ones are read in theirs."""
        self._where, self._bucket, self._form = endpoint, bucket, form or Plain()
        self._forms = {kept.scheme: kept for kept in (Plain(), self._form)}
        self._client = _client(endpoint, access_key, secret_key, secure=secure)
        self._is_made = False

    def address(self, digest: str) -> str:
        """The address in the form that new objects are kept in."""
        return self._form.key(digest)

    def put_file(self, path: Path) -> str:
        """Keep the file's bytes; hashed first to know the address, and again while they are sent."""
        with path.open("rb") as source:
            return self.put_stream(source)

    def put_stream(self, stream: BinaryIO) -> str:
        """Keep what the stream holds."""
        stream.seek(0)
        digest, size = digest_stream(stream)
        stream.seek(0)
        return self._put(stream, digest, size)

    def put_bytes(self, data: bytes) -> str:
        """Keep the bytes."""
        return self.put_stream(io.BytesIO(data))

    def open(self, key: str) -> BinaryIO:
        """The bytes, verified; a nameless temporary file holds them as the server has them. Read again where they may have changed on the way."""
        for _ in range(LOOKS - 1):
            with suppress(WrongBytes):
                return self._read(key)
        return self._read(key)

    def fetch(self, key: str, to: Path) -> None:
        """Write the verified bytes to `to`."""
        with self.open(key) as stored, to.open("wb") as copy:
            shutil.copyfileobj(stored, copy, CHUNK)

    def size(self, key: str) -> int | None:
        """Size of the content by the size that the server states, or None."""
        kept = self._stat(key)
        return None if kept is None else form_of(key, self._forms).plain_size(int(kept.size))

    def exists(self, key: str) -> bool:
        """Whether the server has the key."""
        return self.size(key) is not None

    def delete(self, key: str, *, reason: str) -> None:
        """Remove the object."""
        digest_of(key)
        del reason  # the caller's record; S3 has no place for it
        with _faults():
            self._client.remove_object(bucket_name=self._bucket, object_name=key)

    def keys(self, prefix: str = "") -> Iterator[str]:
        """The kept keys, page by page."""
        with _faults():
            if self._client.bucket_exists(bucket_name=self._bucket):
                for entry in self._client.list_objects(bucket_name=self._bucket, prefix=prefix, recursive=True):
                    yield str(entry.object_name)

    def renew(self, key: str) -> bool:
        """Put the object anew with its key wrapped under the current one."""
        form = form_of(key, self._forms)
        with tempfile.TemporaryFile() as copy:
            self._download(key, copy)
            size = copy.tell()
            copy.seek(0)
            header = form.renewed(copy.read(HEADER_BYTES), key)
            if header is None:
                return False
            copy.seek(0)
            copy.write(header)
            copy.seek(0)
            with _faults():
                self._client.put_object(bucket_name=self._bucket, object_name=key, data=copy, length=size, metadata={"sha256": digest_of(key)})
        return True

    def sweep(self, *, now: float, older_than: float = 3600.0) -> int:
        """The server drops what never arrived whole: nothing to remove."""
        del now, older_than
        return 0

    def describe(self) -> str:
        """Server and bucket."""
        return f"bucket {self._bucket} on {self._where}"

    def _put(self, source: BinaryIO, digest: str, size: int) -> str:
        key = self._form.key(digest)
        if self._stat(key) is None:
            self._make_bucket()
            self._upload(key, source, digest, size)
        elif not self._is_whole(key):  # the bytes in hand may be the only good ones left
            self._upload(key, source, digest, size)
        return key

    def _read(self, key: str) -> BinaryIO:
        form, copy = form_of(key, self._forms), tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller
        try:
            self._download(key, copy)
            copy.seek(0)
            return verified(form, copy, key)
        except StoreFault:
            copy.close()
            raise

    def _is_whole(self, key: str) -> bool:
        """Whether what the server has is what its address promises."""
        try:
            self.open(key).close()
        except StoreFault as fault:
            if not fault.permanent:
                raise
            return False
        return True

    def _stat(self, key: str) -> Any:
        digest_of(key)
        from minio.error import S3Error

        with _faults():
            try:
                return self._client.stat_object(bucket_name=self._bucket, object_name=key)
            except S3Error as error:
                if error.code in ABSENT:
                    return None
                raise

    def _upload(self, key: str, source: BinaryIO, digest: str, size: int) -> None:
        """Send the bytes, and read back what the server has: not every server holds them against the checksum that is sent with them."""
        for _ in range(LOOKS):
            source.seek(0)
            hashing = Hashing(source)
            stored: Any = self._form.stored(hashing, key)
            with _faults():
                self._client.put_object(
                    bucket_name=self._bucket,
                    object_name=key,
                    data=stored,
                    length=self._form.stored_size(size),
                    metadata={"sha256": digest_of(key)},
                )
            if hashing.hexdigest() != digest:
                self.delete(key, reason="changed while being stored")
                raise changed_meanwhile()
            if self._is_whole(key):
                return
        raise StoreFault(f"Object {key} did not arrive whole.", next_step="It is tried again.")

    def _download(self, key: str, to: Any) -> None:
        with _faults(key):
            response = self._client.get_object(bucket_name=self._bucket, object_name=key)
            try:
                for chunk in response.stream(CHUNK):
                    to.write(chunk)
            finally:
                response.close()
                response.release_conn()

    def _make_bucket(self) -> None:
        from minio.error import MinioException

        if self._is_made:
            return
        with _faults():
            try:
                if not self._client.bucket_exists(bucket_name=self._bucket):
                    self._client.make_bucket(bucket_name=self._bucket)
            except MinioException:  # in words of each server's own, mostly that another process was quicker
                if not self._client.bucket_exists(bucket_name=self._bucket):
                    raise
        self._is_made = True


def _client(endpoint: str, access_key: str, secret_key: str, *, secure: bool) -> Any:
    import certifi
    import urllib3
    from minio import Minio

    pool = urllib3.PoolManager(
        timeout=urllib3.Timeout(connect=5.0, read=60.0),
        retries=urllib3.Retry(total=3, backoff_factor=0.2, status_forcelist=(500, 502, 503, 504)),
        maxsize=10,
        cert_reqs="CERT_REQUIRED",
        ca_certs=certifi.where(),
    )
    return Minio(endpoint, access_key=access_key, secret_key=secret_key, secure=secure, region="us-east-1", http_client=pool)


@contextmanager
def _faults(key: str = "") -> Iterator[None]:
    """The SDK's errors as faults."""
    import urllib3
    from minio.error import InvalidResponseError, MinioException, S3Error, ServerError

    try:
        yield
    except S3Error as error:
        raise _fault(error.response.status, key) from None
    except (ServerError, InvalidResponseError) as error:  # some servers answer an error in a form the SDK does not read
        raise _fault(getattr(error, "status_code", None) or getattr(error, "_code", None) or 0, key) from None
    except (urllib3.exceptions.HTTPError, OSError, MinioException):
        raise StoreFault("The object store's server cannot be reached.", next_step="It is tried again; see that it is up.") from None


def _fault(status: int, key: str) -> StoreFault:
    if key and status == 404:
        return missing(key)
    passing = status in PASSING or status >= 500
    return StoreFault(f"The object store's server refuses (HTTP {status}).", next_step="See its log and our keys for it.", permanent=not passing)
