"""Just enough of protobuf, HTTP/2 and gRPC to make bodies for h2load and to ask a server one thing without a library."""

import socket
import struct


def varint(number):
    out = bytearray()
    number &= (1 << 64) - 1
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def number_field(field, value):
    return varint(field << 3) + varint(value)


def bytes_field(field, value):
    return varint(field << 3 | 2) + varint(len(value)) + value


def prefixed(message):
    """A message as gRPC sends it: after a flag and its length."""
    return b"\0" + struct.pack(">I", len(message)) + message


def fields(message):
    """The fields that are numbers or bytes, by their numbers; of repeated ones the last."""
    found, at = {}, 0

    def read_varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        tag = read_varint()
        if tag & 7 == 0:
            found[tag >> 3] = read_varint()
        elif tag & 7 == 2:
            length = read_varint()
            found[tag >> 3] = message[at : at + length]
            at += length
        else:
            raise ValueError(f"wire type {tag & 7}")
    return found


POINT = number_field(1, 12) + number_field(2, 14)
DISPLACEMENT = bytes_field(1, number_field(2, 12)) + bytes_field(2, POINT)
DATA = number_field(1, 2) + bytes_field(2, b"Requires watering.")


def frame(kind, flags, stream, payload):
    return struct.pack(">I", len(payload))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + payload


def call(port, path, message, timeout=5):
    """Makes a unary call and returns the first message of the answer, or None when there is none."""
    entries = {":method": "POST", ":scheme": "http", ":path": path, ":authority": f"127.0.0.1:{port}",
               "content-type": "application/grpc", "te": "trailers"}
    headers = b"".join(b"\0" + bytes([len(k)]) + k.encode() + bytes([len(v)]) + v.encode() for k, v in entries.items())
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout) as connection, connection.makefile("rb") as source:
        connection.settimeout(timeout)
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, b"") + frame(1, 4, 1, headers)
                           + frame(0, 1, 1, prefixed(message)))
        while head := source.read(9):
            kind, flags = head[3], head[4]
            payload = source.read(int.from_bytes(head[:3], "big"))
            if kind == 0:
                answer += payload
            if kind in (4, 6) and not flags & 1:  # settings and pings are acknowledged
                connection.sendall(frame(kind, 1, 0, payload if kind == 6 else b""))
            if kind in (0, 1) and flags & 1 or kind in (3, 7):  # the end of the stream, a reset, or a goodbye
                break
    return answer[5:5 + int.from_bytes(answer[1:5], "big")] if len(answer) >= 5 else None


def is_serving(port):
    try:
        return fields(call(port, "/grpc.health.v1.Health/Check", b"") or b"").get(1) == 1
    except OSError:
        return False


def head_position(port):
    answer = call(port, "/waystate.v1.StateLogService/GetSummary", b"", 30)
    if answer is None:
        raise RuntimeError("GetSummary failed")
    return fields(answer).get(2, 0)
