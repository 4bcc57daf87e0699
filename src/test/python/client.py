"""Computes one displacement and streams five reports: client.py [PORT]"""

import sys

import grpc

import request_streaming_pb2
import request_streaming_pb2_grpc
import unary_pb2
import unary_pb2_grpc


def main():
    port = sys.argv[1] if len(sys.argv) > 1 else "50051"
    with grpc.insecure_channel(f"localhost:{port}") as channel:
        stub = unary_pb2_grpc.DisplacementServiceStub(channel)
        response = stub.computeDisplacement(
            unary_pb2.Displacement(
                start=unary_pb2.Point(x=0, y=12),
                end=unary_pb2.Point(x=12, y=14),
            ),
            timeout=20,
        )
        print(f"distance: {response.distance:.6f}")

        stub = request_streaming_pb2_grpc.RequestStreamingStub(channel)
        reports = [
            request_streaming_pb2.Data(status=request_streaming_pb2.OK, info="All good."),
            request_streaming_pb2.Data(status=request_streaming_pb2.THIRSTY, info="Requires watering."),
            request_streaming_pb2.Data(status=request_streaming_pb2.STARVED, info="Requires food."),
            request_streaming_pb2.Data(status=request_streaming_pb2.TIRED, info="Requires rest."),
            request_streaming_pb2.Data(info="Cannot tell."),
        ]
        response = stub.stream_state(iter(reports), timeout=20)
        print(f"answer: {type(response).__name__}")


if __name__ == "__main__":
    main()
