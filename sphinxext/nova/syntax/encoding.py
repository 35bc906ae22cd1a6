"""Facts as bytes that may lie in a cache: msgpack, whose decoder gives plain values or fails, whatever the bytes are.

:mod:`marshal` takes half of the time to encode and as long to decode, but may end the process over bytes that it did
not make itself.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import msgpack

from sphinxext.nova.model import CorruptError

if TYPE_CHECKING:
    from sphinxext.nova.syntax.forms import Block

EncodedBody: TypeAlias = "bytes | Block"
"""A body that :func:`encoded` has taken, or that it would not take."""

_ELLIPSIS, _COMPLEX, _LARGE = range(3)
"""What msgpack has no type for, by the number under which it is written: ``...``, complex numbers, large integers."""

_LONGEST: Final = (1 << 16) - 1
"""How many items a tuple may have. Memory for all of them is taken before the first one is read, on each level anew."""
_OF_LONGER: Final = b"\xdd"
"""What longer ones begin with."""

_PARTS: Final = struct.Struct("<dd")


class UnencodableError(ValueError):
    """Facts that are not kept: they are nested too deep, or a tuple in them is too long."""


def encoded(value: object) -> bytes:
    """Return plain values, nested in tuples, as bytes.

    :raises UnencodableError: :func:`decoded` would not take them.
    """
    try:
        data: bytes = _packer.pack(value)
    except ValueError as error:
        raise UnencodableError(str(error)) from None
    if _OF_LONGER in data and len(data) > _LONGEST:  # which may also be a part of a number or a text
        try:
            decoded(data)
        except CorruptError as error:
            raise UnencodableError(str(error)) from None
    return data


def encoded_body(body: Block) -> EncodedBody:
    """Return a body as it is held in memory until it is asked for."""
    try:
        return encoded(body)
    except UnencodableError:
        return body


def decoded(data: bytes | memoryview) -> Any:  # noqa: ANN401 - whatever is in a cache
    """Return what was encoded; arrays of others than :func:`encoded` are tuples too.

    :raises CorruptError: nothing was, or it is nested too deep.
    """
    try:
        return msgpack.unpackb(
            data,
            use_list=False,
            unicode_errors="surrogatepass",
            ext_hook=_extension,
            max_array_len=_LONGEST,
            max_map_len=0,
        )
    except (ValueError, RecursionError) as error:  # the second one where msgpack is not compiled
        raise CorruptError(str(error)) from None


def _default(value: object) -> msgpack.ExtType:
    if value is Ellipsis:
        return msgpack.ExtType(_ELLIPSIS, b"")
    if type(value) is complex:
        return msgpack.ExtType(_COMPLEX, _PARTS.pack(value.real, value.imag))
    if type(value) is int:
        return msgpack.ExtType(_LARGE, value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True))
    raise TypeError(f"{type(value).__name__} is no part of facts")


def _extension(code: int, data: bytes) -> object:
    if code == _ELLIPSIS and not data:
        return ...
    if code == _COMPLEX and len(data) == _PARTS.size:
        return complex(*_PARTS.unpack(data))
    if code == _LARGE:
        return int.from_bytes(data, "little", signed=True)
    raise CorruptError("an extension of msgpack that is not ours")


_packer: Final = msgpack.Packer(default=_default, unicode_errors="surrogatepass")
