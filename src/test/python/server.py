"""Serves both services: server.py [PORT], where 0 is any free port, which is printed."""

import math
import sys
from concurrent import futures

import grpc

import request_streaming_pb2
import request_streaming_pb2_grpc
import unary_pb2
import unary_pb2_grpc


def fail(context):
    context.set_code(grpc.StatusCode.FAILED_PRECONDITION)
    context.set_details("something went horribly wrong")


class DisplacementService(unary_pb2_grpc.DisplacementServiceServicer):
    def computeDisplacement(self, request, context):
        if request.start == unary_pb2.Point(x=13, y=13):
            fail(context)
            return unary_pb2.DisplacementResponse()
        distance = math.hypot(request.end.x - request.start.x, request.end.y - request.start.y)
        return unary_pb2.DisplacementResponse(distance=distance)


class RequestStreaming(request_streaming_pb2_grpc.RequestStreamingServicer):
    def stream_state(self, request_iterator, context):
        for data in request_iterator:
            print(data.status, data.info, flush=True)
            if data.info == "fail":
                fail(context)
                break
        return request_streaming_pb2.Empty()


def serve():
    port = sys.argv[1] if len(sys.argv) > 1 else "50051"
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=10))
    unary_pb2_grpc.add_DisplacementServiceServicer_to_server(DisplacementService(), server)
    request_streaming_pb2_grpc.add_RequestStreamingServicer_to_server(RequestStreaming(), server)
    port = server.add_insecure_port(f"[::]:{port}")
    server.start()
    print(f"listening on port {port}", flush=True)
    server.wait_for_termination()


if __name__ == "__main__":
    serve()
