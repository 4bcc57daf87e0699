package dev.waystate.console.api;

import io.grpc.MethodDescriptor;

/**
 * The call that a request becomes, and how its answers are written.
 *
 * @param place the parameter that says which place in the log the call needs; empty if there is none
 */
record ApiCall<Q, A>(MethodDescriptor<Q, A> method, Q request, Format<A> format, String place) {}
