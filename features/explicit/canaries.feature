@rule-canary-inherits-runtime @extended @since-0.20.0
Feature: A canary that names no runtime inherits the runtime of its service
  Since v0.20.0 a service can have canaries: further predictors that get a share of the traffic. KServe merges a
  canary into the service after it has selected the service's runtime, so a canary that names no runtime names that
  one. KServe selects none for it, and a canary with a format that the inherited runtime does not support has no
  runtime.

  Background:
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect |
      | for-all  | sklearn | 1       | true       |
      | for-onnx | onnx    | 1       | true       |

  Scenario: A canary with the same format runs on the selected runtime
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
              model: {name: kserve-container, modelFormat: {name: sklearn}, storageUri: gs://example/models/two}
      """
    Then it runs on ClusterServingRuntime "for-all"
    And its canary "next" runs on ClusterServingRuntime "for-all"

  Scenario: A canary with another format cannot use the inherited runtime
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
              model: {name: kserve-container, modelFormat: {name: onnx}, storageUri: gs://example/models/two}
      """
    Then its canary "next" has no runtime because of "NoSupportingRuntime"

  Scenario: A canary can name another runtime
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
              model: {name: kserve-container, modelFormat: {name: onnx}, runtime: for-onnx, storageUri: gs://example/models/two}
      """
    Then its canary "next" runs on ClusterServingRuntime "for-onnx"
