package dev.waystate.cli;

import dev.waystate.cli.connection.ClientStream;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.ReadResponse;
import io.grpc.stub.ClientCallStreamObserver;
import org.jspecify.annotations.Nullable;

/** One call of {@code Read}. It asks for a message only when the one before was taken and handled. */
final class ReadCall extends ClientStream<ReadRequest, ReadResponse> {

    private boolean asked = true; // the transport itself asks for the first one
    private volatile @Nullable ReadResponse response;

    @Override
    public void beforeStart(ClientCallStreamObserver<ReadRequest> requests) {
        super.beforeStart(requests);
        requests.disableAutoRequestWithInitial(1);
    }

    /**
     * Returns the next message, or null at the end. Waits without a limit while the connection holds, since matching
     * records may be far apart.
     */
    @Nullable
    ReadResponse next() throws InterruptedException {
        if (!asked) {
            requests().request(1);
        }
        awaitProgress(() -> response != null, ANY_TIME);
        ReadResponse next = response;
        response = null;
        asked = false;
        return next;
    }

    @Override
    protected void received(ReadResponse response) {
        this.response = response;
    }
}
