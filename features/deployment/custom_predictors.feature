@core
Feature: Custom servers: a container of the service, or a runtime for many formats
  A predictor can be a container instead of a model. Then the service uses no runtime, whatever the catalogue has.
  Another way to use a custom server is a runtime that lists every format that the server supports, as the AMD
  Inference Server does: then services request a format and never mention a container.

  @rule-custom-predictor-container
  Scenario: A predictor that is a container uses no runtime
    Given a ClusterServingRuntime "serves-sklearn"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          containers:
            - name: kserve-container
              image: example.com/amd-inference-server:1
              args: [--repository=/mnt/models]
              env:
                - {name: LOG_LEVEL, value: debug}
      """
    Then the service is accepted
    And it uses no runtime
    And its container has
      """
      image: example.com/amd-inference-server:1
      args: [--repository=/mnt/models]
      env:
        - {name: LOG_LEVEL, value: debug}
      """

  @rule-custom-predictor-container
  Scenario: A predictor that is a container needs no catalogue
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          containers:
            - {name: kserve-container, image: "example.com/amd-inference-server:1"}
      """
    Then it uses no runtime
    And its status reports no failure

  @rule-custom-predictor-container @extended
  Scenario: Placeholders in a predictor that is a container are not replaced
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          containers:
            - name: kserve-container
              image: example.com/own:1
              args: ["--model_name={{.Name}}"]
      """
    Then its container has args
      | --model_name={{.Name}} |

  @rule-custom-predictor-container
  Scenario: A predictor that is a container has its own pod settings
    When this service is applied
      """
      metadata: {name: model, namespace: team-a, labels: {team: a}}
      spec:
        predictor:
          nodeSelector: {disk: ssd}
          containers:
            - {name: kserve-container, image: "example.com/own:1"}
      """
    Then its pod has
      """
      metadata:
        labels: {team: a}
      spec:
        nodeSelector: {disk: ssd}
      """

  @rule-model-decides @documented
  Scenario Outline: One runtime serves the format <format> among several that it lists
    Given a ClusterServingRuntime "amd-inference-server"
      """
      supportedModelFormats:
        - {name: tensorflow, version: "2", autoSelect: true}
        - {name: pytorch, version: "1", autoSelect: true}
        - {name: onnx, version: "1", autoSelect: true}
        - {name: xmodel, version: "1", autoSelect: true}
      protocolVersions: [v2, grpc-v2]
      containers:
        - name: kserve-container
          image: example.com/amd-inference-server:1
          args: ["--repository=/mnt/models"]
      """
    When a service in namespace "team-a" requests "<format>" over "v2"
    Then it runs on ClusterServingRuntime "amd-inference-server"
    And its container has image "example.com/amd-inference-server:1"

    Examples: All of its formats
      | format     |
      | tensorflow |
      | pytorch    |
      | onnx       |
      | xmodel     |

  @rule-model-decides @documented
  Scenario Outline: A runtime without autoSelect serves the format <format> for services that name it
    Given a ClusterServingRuntime "amd-inference-server"
      """
      supportedModelFormats:
        - {name: tensorflow, version: "2"}
        - {name: xmodel, version: "1"}
      containers:
        - name: kserve-container
          image: example.com/amd-inference-server:1
      """
    When a service in namespace "team-a" requests "<format>" with runtime "amd-inference-server"
    Then it runs on ClusterServingRuntime "amd-inference-server"

    Examples: Both of its formats
      | format     |
      | tensorflow |
      | xmodel     |

  @rule-model-decides @documented
  Scenario: A runtime does not serve a format that it does not list
    Given a ClusterServingRuntime "amd-inference-server"
      """
      supportedModelFormats:
        - {name: tensorflow, version: "2", autoSelect: true}
        - {name: xmodel, version: "1", autoSelect: true}
      """
    When a service in namespace "team-a" requests "sklearn"
    Then it has no runtime because of "NoSupportingRuntime"
