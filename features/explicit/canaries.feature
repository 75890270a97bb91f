@rule-canary-inherits-runtime @extended @since-0.20.0
Feature: A canary without a runtime of its own runs on its service's
  Since v0.20.0 a service may have canaries: further predictors that get a share of the calls. A canary is laid over the
  service after KServe has chosen the service's runtime, so one that names no runtime has that one named for it. Nothing is
  chosen for it, and a canary of another format is refused by the inherited runtime.

  Background:
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect |
      | for-all  | sklearn | 1       | true       |
      | for-onnx | onnx    | 1       | true       |

  Scenario: A canary of the same format runs on the chosen runtime
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/deploymentMode: Standard}
      spec:
        predictor:
          model: {modelFormat: {name: sklearn}, storageUri: gs://example/models/one}
        canary:
          - trafficPercent: 10
            predictor:
              name: next
              model: {modelFormat: {name: sklearn}, storageUri: gs://example/models/two}
      """
    Then it runs on ClusterServingRuntime "for-all"
    And its canary "next" runs on ClusterServingRuntime "for-all"

  Scenario: A canary of another format is refused by the inherited runtime
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/deploymentMode: Standard}
      spec:
        predictor:
          model: {modelFormat: {name: sklearn}, storageUri: gs://example/models/one}
        canary:
          - trafficPercent: 10
            predictor:
              name: next
              model: {modelFormat: {name: onnx}, storageUri: gs://example/models/two}
      """
    Then its canary "next" has no runtime because of "NoSupportingRuntime"

  Scenario: A canary may name a runtime of its own
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/deploymentMode: Standard}
      spec:
        predictor:
          model: {modelFormat: {name: sklearn}, storageUri: gs://example/models/one}
        canary:
          - trafficPercent: 10
            predictor:
              name: next
              model: {modelFormat: {name: onnx}, runtime: for-onnx, storageUri: gs://example/models/two}
      """
    Then its canary "next" runs on ClusterServingRuntime "for-onnx"
