// The two original services in C++ with the callback API. stream_state only counts what comes. Argument: the port.
#include <grpcpp/grpcpp.h>

#include <cmath>
#include <string>

#include "request_streaming.grpc.pb.h"
#include "unary.grpc.pb.h"

class Displacements final : public my_package::DisplacementService::CallbackService {
  grpc::ServerUnaryReactor* computeDisplacement(grpc::CallbackServerContext* context,
                                                const my_package::Displacement* request,
                                                my_package::DisplacementResponse* response) override {
    double dx = static_cast<double>(request->end().x()) - request->start().x();
    double dy = static_cast<double>(request->end().y()) - request->start().y();
    response->set_distance(static_cast<float>(std::sqrt(dx * dx + dy * dy)));
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

class ReportReader final : public grpc::ServerReadReactor<my_package::Data> {
 public:
  ReportReader() { StartRead(&report_); }

 private:
  void OnReadDone(bool ok) override {
    if (ok) {
      reports_++;
      StartRead(&report_);
    } else {
      Finish(grpc::Status::OK);
    }
  }

  void OnDone() override { delete this; }

  my_package::Data report_;
  long reports_ = 0;
};

class Reports final : public my_package::RequestStreaming::CallbackService {
  grpc::ServerReadReactor<my_package::Data>* stream_state(grpc::CallbackServerContext*, my_package::Empty*) override {
    return new ReportReader();
  }
};

int main(int, char** arguments) {
  Displacements displacements;
  Reports reports;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:" + std::string(arguments[1]), grpc::InsecureServerCredentials());
  builder.RegisterService(&displacements);
  builder.RegisterService(&reports);
  builder.BuildAndStart()->Wait();
}
