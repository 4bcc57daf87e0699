package dev.waystate.console.api;

import io.grpc.MethodDescriptor;

/**
 * The gRPC call that a request becomes, and the format of its answers.
 *
 * @param place the parameter that says which place in the log the call needs; empty for none
 */
record ApiCall<Q, A>(MethodDescriptor<Q, A> method, Q request, Format<A> format, String place) {}
