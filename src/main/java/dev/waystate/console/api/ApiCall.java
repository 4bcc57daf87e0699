package dev.waystate.console.api;

import io.grpc.MethodDescriptor;

/** The call that a request becomes, and how its answers are written. */
record ApiCall<Q, A>(MethodDescriptor<Q, A> method, Q request, Format<A> format) {}
