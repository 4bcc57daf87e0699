"""The two original services in Python. stream_state only prints what comes. Argument: the port."""

import math
import sys
from concurrent import futures

import grpc
import request_streaming_pb2
import request_streaming_pb2_grpc
import unary_pb2
import unary_pb2_grpc


class DisplacementService(unary_pb2_grpc.DisplacementServiceServicer):
    def computeDisplacement(self, request, context):
        dx = request.end.x - request.start.x
        dy = request.end.y - request.start.y
        return unary_pb2.DisplacementResponse(distance=math.sqrt(dx**2 + dy**2))


class RequestStreaming(request_streaming_pb2_grpc.RequestStreamingServicer):
    def stream_state(self, request_iterator, context):
        for report in request_iterator:
            print(report.status, report.info)
        return request_streaming_pb2.Empty()


server = grpc.server(futures.ThreadPoolExecutor(max_workers=10))
unary_pb2_grpc.add_DisplacementServiceServicer_to_server(DisplacementService(), server)
request_streaming_pb2_grpc.add_RequestStreamingServicer_to_server(RequestStreaming(), server)
server.add_insecure_port(f"127.0.0.1:{sys.argv[1]}")
server.start()
server.wait_for_termination()
