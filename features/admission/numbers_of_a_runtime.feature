@rule-runtime-decoded @core @since-0.11.1
Feature: The webhook of runtimes must be able to decode a runtime
  The CRDs allow any integer where KServe's Go types have 32 or 16 bits. Since v0.11.1 a webhook decodes every runtime,
  even a disabled one, and rejects a number that is out of range.

  Scenario Outline: A priority beyond 32 bits is rejected: disabled <disabled>
    When a ClusterServingRuntime "model-server" is applied
      """
      disabled: <disabled>
      supportedModelFormats:
        - name: sklearn
          version: "1"
          autoSelect: true
          priority: 2147483648
      """
    Then the runtime is rejected with "cannot unmarshal number 2147483648 into Go struct field SupportedModelFormat.spec.supportedModelFormats.priority of type int32"

    Examples:
      | disabled |
      | false    |
      | true     |

  Scenario: The largest priority is 2147483647
    When a ClusterServingRuntime "model-server" is applied
      """
      supportedModelFormats:
        - name: sklearn
          version: "1"
          autoSelect: true
          priority: 2147483647
      """
    Then the runtime is accepted

  Scenario Outline: The number of replicas has 16 bits and no sign: <replicas>
    When a ClusterServingRuntime "model-server" is applied
      """
      replicas: <replicas>
      supportedModelFormats:
        - name: sklearn
          version: "1"
          autoSelect: true
      """
    Then the runtime is rejected with "cannot unmarshal number <replicas> into Go struct field ServingRuntimeSpec.spec.replicas of type uint16"

    Examples:
      | replicas |
      | -1       |
      | 65536    |

  Scenario: The largest number of replicas is 65535
    When a ClusterServingRuntime "model-server" is applied
      """
      replicas: 65535
      supportedModelFormats:
        - name: sklearn
          version: "1"
          autoSelect: true
      """
    Then the runtime is accepted

  @extended @until-0.16.0
  Scenario: A port beyond 32 bits is rejected
    When a ClusterServingRuntime "model-server" is applied
      """
      containers:
        - name: kserve-container
          image: example.com/models/server:1
          ports:
            - containerPort: 2147483648
      supportedModelFormats:
        - name: sklearn
          version: "1"
          autoSelect: true
      """
    Then the runtime is rejected with "Go struct field ContainerPort.spec.containers.ports.containerPort of type int32"

  @extended @since-0.17.0
  Scenario: Since v0.17.0 the message names the embedded types too
    When a ClusterServingRuntime "model-server" is applied
      """
      containers:
        - name: kserve-container
          image: example.com/models/server:1
          ports:
            - containerPort: 2147483648
      supportedModelFormats:
        - name: sklearn
          version: "1"
          autoSelect: true
      """
    Then the runtime is rejected with "Go struct field ContainerPort.spec.ServingRuntimePodSpec.containers.ports.containerPort of type int32"
