@extended
Feature: memory:v0.10.2 and controlplane:v0.10.2 differ in the runtime of InferenceService team-006/model

  Scenario: World 774
    Given these objects
      """
      kind: ClusterServingRuntime
      metadata:
        name: b
        annotations:
          serving.kserve.io/server-type: x
      spec:
        supportedModelFormats:
        - name: SKLearn
          version: '1'
          autoSelect: true
          priority: 1
        - name: sklearn
          version: '1'
          autoSelect: true
        containers:
        - name: kserve-container
          image: example.com/clusterservingruntime/b:1
          args:
          - --model_name={{.Name}}
      """
    And these objects
      """
      kind: ServingRuntime
      metadata:
        name: kserve-tritonserver
        namespace: team-006
      spec:
        supportedModelFormats:
        - name: sklearn
          autoSelect: true
          priority: 1
        containers:
        - name: kserve-container
          image: example.com/servingruntime/kserve-tritonserver:1
          args:
          - --model_name={{.Name}}
        protocolVersions: []
      """
    When a service in namespace "team-006" asks for "sklearn"
    Then it runs on ServingRuntime "kserve-tritonserver" of namespace "team-006"
