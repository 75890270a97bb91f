@needs-upgrade @extended @exact-names
Feature: Services stored by v0.7 in later releases
  v0.7 had no runtimes: it stored a legacy key with the version of the server and the name of the container. An
  upgrade of KServe does not change stored services, so the pod of such a service depends only on the controller until
  the next write, when a webhook converts it.

  @rule-upgrade-keeps-stored-service @rule-stored-legacy-uses-no-runtime
  Scenario: A sklearn service of v0.7 loses its image in v0.8.0 and gets it back in v0.9.0
    Given KServe v0.8.0 is installed
    And the runtimes that KServe v0.8.0 ships
    And this service is stored without passing any webhook
      """
      metadata: {name: model, namespace: team-a, finalizers: [inferenceservice.finalizers]}
      spec:
        predictor:
          sklearn:
            name: kserve-container
            storageUri: gs://example/models/model
            runtimeVersion: v0.7.0
            protocolVersion: v1
      """
    Then it uses no runtime
    And its container has image ":v0.7.0"
    When KServe is upgraded to v0.9.0
    Then it uses no runtime
    And it is stored with legacy key "sklearn"
    And its container has image "kserve/sklearnserver:v0.7.0"

  @rule-upgrade-keeps-stored-service @rule-stored-legacy-uses-no-runtime
  Scenario: A service of v0.7 has no image since v0.10.0
    Given KServe v0.9.0 is installed
    And the runtimes that KServe v0.9.0 ships
    And this service is stored without passing any webhook
      """
      metadata:
        name: model
        namespace: team-a
        finalizers: [inferenceservice.finalizers]
        annotations: {serving.kserve.io/deploymentMode: Serverless}
      spec:
        predictor:
          tensorflow:
            name: kserve-container
            storageUri: gs://example/models/model
            runtimeVersion: 1.14.0
      """
    Then its container has image "tensorflow/serving:1.14.0"
    When KServe is upgraded to v0.10.2
    Then it uses no runtime
    And it is stored with legacy key "tensorflow"
    And its container has no "image"

  @rule-upgrade-first-write-converts
  Scenario Outline: The first write in <release> converts a <key> service of v0.7 and keeps its version
    Given KServe v0.9.0 is installed
    And the runtimes that KServe v0.9.0 ships
    And this service is stored without passing any webhook
      """
      metadata: {name: model, namespace: team-a, finalizers: [inferenceservice.finalizers]}
      spec:
        predictor:
          <key>:
            name: kserve-container
            storageUri: gs://example/models/model
            runtimeVersion: <version>
      """
    Then it uses no runtime
    When KServe is upgraded to <release>
    And annotation "team" of the service is set to "a"
    Then it is stored without a legacy key
    And it is stored with runtimeVersion "<version>"
    And it runs on ClusterServingRuntime "<runtime>"
    And its container has image "<image>:<version>"

    Examples: The tag is that of v0.7, which for onnx is that of another server
      | release | key        | version | runtime                   | image                       |
      | v0.10.2 | sklearn    | v0.7.0  | kserve-sklearnserver      | kserve/sklearnserver        |
      | v0.10.2 | tensorflow | 1.14.0  | kserve-tensorflow-serving | tensorflow/serving          |
      | v0.15.2 | sklearn    | v0.7.0  | kserve-sklearnserver      | kserve/sklearnserver        |
      | v0.15.2 | onnx       | v1.0.0  | kserve-tritonserver       | nvcr.io/nvidia/tritonserver |

  @rule-upgrade-first-write-converts @rule-predictor-name-rejected
  Scenario: Since v0.16.0 the first write is rejected until the stored name is removed
    Given KServe v0.9.0 is installed
    And the runtimes that KServe v0.9.0 ships
    And this service is stored without passing any webhook
      """
      metadata: {name: model, namespace: team-a, finalizers: [inferenceservice.finalizers]}
      spec:
        predictor:
          sklearn:
            name: kserve-container
            storageUri: gs://example/models/model
            runtimeVersion: v0.7.0
      """
    When KServe is upgraded to v0.16.0
    And annotation "team" of the service is set to "a"
    Then the service is rejected with "the 'name' field is not allowed in standard predictor"
    When the service is updated to
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          sklearn:
            name: null
            storageUri: gs://example/models/model
            runtimeVersion: v0.7.0
      """
    Then the service is accepted
    And it is stored without a legacy key
    And it runs on ClusterServingRuntime "kserve-sklearnserver"
    And its container has image "kserve/sklearnserver:v0.7.0"
